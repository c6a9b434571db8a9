"""Every committed notebook runs against the chain, shows what was sold, and is committed without outputs."""

import base64
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, cast

import nbformat
import pytest

from bootstrap import names
from tests.conftest import Aws
from tests.emulator_process import REPOSITORY
from tests.hops import delivered_rows
from tests.polling import poll_until

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def committed_notebooks() -> list[Path]:
    """Return the notebooks that git knows, or those of the folder where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.ipynb"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = []
    return sorted({REPOSITORY / name for name in listed} or (REPOSITORY / "notebooks").glob("*.ipynb"))


NOTEBOOKS = committed_notebooks()
for_each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=[str(path.relative_to(REPOSITORY)) for path in NOTEBOOKS]
)


def read(path: Path) -> Any:
    """Return a notebook."""
    # nbformat's functions carry no types.
    return cast(Any, nbformat).read(path, as_version=4)


def execute(path: Path, executed_path: Path) -> Any:
    """Run a notebook and return the executed copy."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.notebooks.execute", str(path), str(executed_path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"{answer.stderr}\nThe copy as far as it came: {executed_path}"
    return read(executed_path)


def outputs(notebook: Any, cell_id: str) -> list[Any]:
    """Return the outputs of one cell."""
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    return list(cell.outputs)


def table(notebook: Any, cell_id: str) -> list[dict[str, str]]:
    """Return the table that a cell shows, as text."""
    html = outputs(notebook, cell_id)[-1].data["text/html"]
    element = ElementTree.fromstring(html[html.index("<table") : html.index("</table>") + len("</table>")])
    heading, *lines = [[cell.text or "" for cell in row] for row in element.iter("tr")]
    # The first column is the number of the line.
    return [dict(zip(heading[1:], line[1:], strict=True)) for line in lines]


@for_each_notebook
def test_a_notebook_is_committed_without_outputs_and_for_any_python_3(path: Path) -> None:
    # WHEN
    notebook = read(path)

    # THEN
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert code[-1].source.startswith("assert ")


@pytest.fixture(scope="module")
def sold(chain: None, aws: Aws) -> list[dict[str, str]]:
    """Write orders, change one and cancel one; return the sums that must come out once all is delivered."""
    dynamodb = aws.client("dynamodb")

    def put(order_id: str, product_name: str, quantity: int, price: str) -> None:
        item = {
            "orderid": {"S": order_id},
            "product_name": {"S": product_name},
            "quantity": {"N": str(quantity)},
            "price": {"N": price},
        }
        dynamodb.put_item(TableName=names.TABLE_NAME, Item=item)

    put("1", "Laptop", 2, "250.50")
    put("2", "Laptop", 1, "499.99")
    put("3", "Phone", 5, "19.90")
    put("4", "Charger", 1, "10.00")
    put("3", "Phone", 4, "19.90")
    put("5", "Tablet", 3, "100.00")
    dynamodb.delete_item(TableName=names.TABLE_NAME, Key={"orderid": {"S": "5"}})
    poll_until("seven rows", lambda: len(delivered_rows(aws)) >= 7, timeout_seconds=60)
    return [
        {"product_name": "Laptop", "orders": "2", "quantity": "3", "revenue": "1000.99"},
        {"product_name": "Phone", "orders": "1", "quantity": "4", "revenue": "79.60"},
        {"product_name": "Charger", "orders": "1", "quantity": "1", "revenue": "10.00"},
    ]


@pytest.fixture(scope="module")
def executed(sold: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run every notebook once; return the executed copies by file name."""
    folder = tmp_path_factory.mktemp("executed")
    return {path.name: execute(path, folder / path.name) for path in NOTEBOOKS}


@for_each_notebook
def test_a_notebook_runs_to_its_last_assertion(path: Path, executed: dict[str, Any]) -> None:
    # GIVEN
    notebook = executed[path.name]

    # THEN
    kinds = {output.output_type for cell in notebook.cells for output in cell.get("outputs", [])}
    assert "error" not in kinds


def test_product_sales_counts_an_order_as_its_last_change_left_it(
    executed: dict[str, Any], sold: list[dict[str, str]]
) -> None:
    # GIVEN
    notebook = executed["product_sales.ipynb"]

    # THEN the changed order counts once, the cancelled one not at all
    assert table(notebook, "by-product") == sold
    assert table(notebook, "sales") == [{"orders": "4", "quantity": "8", "revenue": "1090.59"}]
    assert [row["event_name"] for row in table(notebook, "delivered")].count("REMOVE") == 1


def test_product_sales_shows_a_plot(executed: dict[str, Any]) -> None:
    # GIVEN
    (plot,) = [
        output
        for output in outputs(executed["product_sales.ipynb"], "plot")
        if output.output_type == "display_data"
    ]

    # THEN
    assert base64.b64decode(plot.data["image/png"]).startswith(PNG_SIGNATURE)


def test_a_notebook_reads_s3_without_downloading_an_extension(
    sold: list[dict[str, str]], tmp_path: Path
) -> None:
    # GIVEN a user who has never used DuckDB
    script = (
        "import lake; connection = lake.connect(); print(lake.orders(connection).count('*').fetchone()[0])"
    )

    # WHEN
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY / "notebooks",
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    # THEN
    assert (answer.returncode, answer.stdout, list(tmp_path.rglob("*.duckdb_extension"))) == (0, "7\n", [])
