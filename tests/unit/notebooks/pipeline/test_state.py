"""The table against the last change delivered."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from notebooks.pipeline.failure import FailedChange
from notebooks.pipeline.state import OrderState, compare, differences, summary
from tests.unit.notebooks.pipeline.situation import OBJECT_KEY, order, row
from tests.unit.verify.situation import at, change
from verify.accounts import Outcome
from verify.evidence import Content

WRITTEN_AT = {OBJECT_KEY.format(name="a"): at(20), OBJECT_KEY.format(name="b"): at(30)}
ONE, TWO = "1 x Laptop at 100.50", "2 x Laptop at 100.50"


def state(
    items: Mapping[str, Content | None], rows: list[Any], *later: tuple[int, Outcome | None]
) -> OrderState:
    """Compare order 7; `later` has the sequence numbers of its changes and their outcomes, None for a new change."""
    (found,) = compare(
        items,
        rows,
        [change(number, order_id="7") for number, _ in later],
        {f"e{number}": outcome for number, outcome in later if outcome is not None},
        [],
        WRITTEN_AT,
    )
    return found


@pytest.mark.parametrize(
    ("items", "rows", "expected"),
    [
        ({"7": order("7")}, [row("7", 1)], OrderState("7", ONE, ONE)),
        (
            {"7": order("7", 2)},
            # The rows arrived out of order, and 10 is later than 9.
            [row("7", 10, quantity=2), row("7", 9, quantity=1)],
            OrderState("7", TWO, TWO),
        ),
        (
            {},
            [row("7", 1), row("7", 2, event_name="REMOVE")],
            OrderState("7", "not in the table", "removed"),
        ),
    ],
    ids=["ordered", "changed", "cancelled"],
)
def test_an_order_agrees_with_its_last_row(
    items: dict[str, Content], rows: list[Any], expected: OrderState
) -> None:
    # WHEN
    found = state(items, rows, (1, Outcome.DELIVERED))

    # THEN
    assert (found, found.agrees, found.is_explained) == (expected, True, True)


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.FAILED, Outcome.DROPPED, Outcome.DEAD_LETTER])
def test_a_later_change_that_came_out_elsewhere_explains_a_difference(outcome: Outcome) -> None:
    # WHEN the second change of order 7 is not in S3
    found = state({"7": order("7", 2)}, [row("7", 1)], (1, Outcome.DELIVERED), (2, outcome))

    # THEN
    assert (found, found.is_explained) == (OrderState("7", TWO, ONE, (str(outcome),)), True)


def test_a_change_that_was_written_since_the_accounting_explains_a_difference() -> None:
    # WHEN
    found = state({"7": order("7", 2)}, [row("7", 1)], (1, Outcome.DELIVERED), (2, None))

    # THEN
    assert (found.reasons, found.is_explained) == (("written since",), True)


def test_each_later_outcome_is_named_once_and_in_order() -> None:
    # WHEN
    found = state(
        {"7": order("7", 2)},
        [row("7", 1)],
        (1, Outcome.DELIVERED),
        (2, Outcome.FAILED),
        (4, None),
        (3, Outcome.FAILED),
    )

    # THEN
    assert found.reasons == ("failed", "written since")


@pytest.mark.parametrize(
    ("later", "reasons"),
    [
        ([(1, Outcome.DELIVERED), (2, Outcome.MISSING)], ("missing",)),
        ([(1, Outcome.DELIVERED), (2, Outcome.MISSING), (3, Outcome.PENDING)], ("missing", "pending")),
        # boto3 saw the row of the second change, the lake did not.
        ([(1, Outcome.DELIVERED), (2, Outcome.DELIVERED)], ("delivered",)),
        ([(1, Outcome.DELIVERED)], ("no reason found",)),
    ],
    ids=["lost", "lost before one that is under way", "not in the lake", "nothing came after it"],
)
def test_a_difference_without_a_good_reason_is_not_explained(
    later: list[tuple[int, Outcome | None]], reasons: tuple[str, ...]
) -> None:
    # WHEN
    found = state({"7": order("7", 2)}, [row("7", 1)], *later)

    # THEN
    assert (found.reasons, found.is_explained) == (reasons, False)


def test_an_item_that_was_never_delivered_needs_a_reason() -> None:
    # WHEN
    failed = state({"7": None}, [], (1, Outcome.FAILED))
    lost = state({"7": order("7")}, [], (1, Outcome.MISSING))

    # THEN
    assert failed == OrderState("7", "not a whole order", "never delivered", ("failed",))
    assert lost == OrderState("7", ONE, "never delivered", ("missing",))
    assert (failed.is_explained, lost.is_explained) == (True, False)


def test_an_order_that_is_gone_from_the_table_needs_a_reason() -> None:
    # WHEN its cancellation is under way
    found = state({}, [row("7", 1)], (1, Outcome.DELIVERED), (2, Outcome.PENDING))

    # THEN
    assert found == OrderState("7", "not in the table", ONE, ("pending",))


def test_a_delivered_row_that_is_no_order_differs_from_every_item() -> None:
    # GIVEN a row without a price, which the function lets through
    rows = [row("7", 1, content=None)]

    # THEN
    assert state({"7": order("7")}, rows) == OrderState("7", ONE, "not a whole order", ("no reason found",))
    assert state({"7": None}, rows).agrees is False


def test_a_row_without_an_order_id_is_of_no_order() -> None:
    assert compare({}, [replace(row("7", 1), order_id=None, content=None)], [], {}, [], WRITTEN_AT) == []


def test_a_failed_change_counts_when_the_stream_has_lost_it() -> None:
    # GIVEN an error object older than the stream's 24 hours
    failed = FailedChange("e2", "MODIFY", "7", 2, {})

    # WHEN
    (found,) = compare({"7": None}, [row("7", 1)], [], {}, [failed], WRITTEN_AT)

    # THEN
    assert (found.reasons, found.is_explained) == (("failed",), True)


def test_rows_without_change_data_are_taken_in_the_order_of_their_objects() -> None:
    # GIVEN rows of another function's
    bare = {"event_id": None, "event_name": None, "event_time": None}
    rows = [
        row("7", None, quantity=2, key=OBJECT_KEY.format(name="b"), **bare),
        row("7", None, quantity=1, key=OBJECT_KEY.format(name="a"), **bare),
    ]
    delivered = [(1, Outcome.DELIVERED), (2, Outcome.DELIVERED)]

    # THEN
    assert state({"7": order("7", 2)}, rows, *delivered) == OrderState("7", TWO, TWO)
    assert state({"7": order("7", 3)}, rows, *delivered, (3, Outcome.PENDING)).reasons == ("pending",)


STATES = [
    OrderState("1", ONE, ONE),
    OrderState("2", "not a whole order", "never delivered", ("failed",)),
    OrderState("3", TWO, ONE, ("pending",)),
    OrderState("4", TWO, ONE, ("missing",)),
    OrderState("5", ONE, ONE),
    OrderState("6", TWO, ONE, ("pending",)),
]


def test_the_summary_counts_agreeing_orders_and_reasons() -> None:
    assert summary(STATES).to_dict("split")["data"] == [
        ["agree", "", 2],
        ["differ", "pending", 2],
        ["differ", "failed", 1],
        ["differ", "missing", 1],
    ]


def test_differences_without_a_good_reason_come_first() -> None:
    assert differences(STATES).to_dict("split")["data"] == [
        ["4", TWO, ONE, "missing"],
        ["3", TWO, ONE, "pending"],
        ["6", TWO, ONE, "pending"],
        ["2", "not a whole order", "never delivered", "failed"],
    ]
