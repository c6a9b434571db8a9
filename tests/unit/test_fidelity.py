"""Every row of docs/fidelity.md is whole and names a test that exists."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HEADER = ["behaviour", "AWS", "known from", "here", "test"]


def table_rows() -> list[list[str]]:
    """Return the cells of every table row of the page, headers and rules left out."""
    lines = (REPOSITORY / "docs" / "fidelity.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if row != HEADER and set(row) != {"---"}]


@pytest.mark.parametrize("row", table_rows(), ids=lambda row: row[0])
def test_a_row_is_whole_and_its_test_exists(row: list[str]) -> None:
    assert len(row) == len(HEADER)
    assert all(row)
    assert row[2] in {"docs", "model", "source", "recorded", "unknown"}
    path, _, function = row[4].partition("::")
    source = (REPOSITORY / path).read_text()
    assert not function or re.search(rf"^def {function}\(", source, re.MULTILINE)


def test_the_page_has_rows() -> None:
    assert len(table_rows()) > 50
