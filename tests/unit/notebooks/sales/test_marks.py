"""The small pictures of the terminal view."""

import pytest

from notebooks.sales.terminal.marks import bar, columns, short, sparkline


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0, ""), (1, "████"), (0.5, "██"), (1 / 32, "▏"), (7 / 32, "▉"), (-1, ""), (2, "████")],
)
def test_a_bar_is_as_long_as_its_share_to_the_eighth_of_a_character(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@pytest.mark.parametrize(
    ("values", "drawn"),
    [([], ""), ([0, 0], "··"), ([1, 4, 8], "▁▄█"), ([-5, 0, 1], "··█"), ([0.001, 8], "▁█")],
)
def test_a_sparkline_begins_at_zero(values: list[float], drawn: str) -> None:
    assert sparkline(values) == drawn


def test_columns_share_one_scale() -> None:
    assert columns([0, 1, 2, 4, -1], 2) == ["   █ ", " ▄██ "]
    assert columns([], 2) == ["", ""]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-3.2, "-3"),
        (999, "999"),
        (999.6, "1.0k"),
        (9_940, "9.9k"),
        (9_996, "10k"),
        (99_700, "100k"),
        (999_600, "1.00M"),
        (1_250_000, "1.25M"),
        (12_340_000, "12.3M"),
        (123_400_000, "123M"),
        (-45_000, "-45k"),
        (2_000_000_000, "2.00G"),
    ],
)
def test_a_short_number_has_three_digits_at_most(value: float, written: str) -> None:
    assert short(value) == written
