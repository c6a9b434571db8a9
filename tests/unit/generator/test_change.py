"""The sequence of changes."""

from collections import Counter
from itertools import islice
from random import Random
from typing import Any

import pytest

from generator.change import DAMAGES, ChangeKind, Shares, draw_changes, draw_malformed
from generator.order import draw_order
from transform.row import UnreadableRecordError, order_row


def change_record(item: object) -> dict[str, Any]:
    return {
        "eventID": "1",
        "eventName": "INSERT",
        "dynamodb": {"ApproximateCreationDateTime": 1767225600, "NewImage": item, "SequenceNumber": "1"},
    }


def test_without_shares_every_change_is_an_order() -> None:
    # WHEN changes are drawn with the defaults
    changes = list(islice(draw_changes(Random(1), Shares()), 1_000))

    # THEN all are orders, of ids that repeat
    assert {change.kind for change in changes} == {ChangeKind.ORDER}
    assert len({change.order_id for change in changes}) < 1_000


def test_same_seed_gives_same_changes() -> None:
    # GIVEN shares of every kind
    shares = Shares(update=0.3, cancellation=0.2, malformed=0.1)

    # WHEN changes are drawn twice from the same seed
    first = list(islice(draw_changes(Random(7), shares), 500))
    second = list(islice(draw_changes(Random(7), shares), 500))

    # THEN they are the same
    assert first == second


def test_kinds_have_their_shares() -> None:
    # WHEN many changes are drawn with shares of 30, 20 and 10 per cent
    shares = Shares(update=0.3, cancellation=0.2, malformed=0.1)
    counts = Counter(change.kind for change in islice(draw_changes(Random(1), shares), 10_000))

    # THEN each kind comes about as often as asked for
    assert {kind: round(counts[kind] / 10_000, 1) for kind in ChangeKind} == {
        ChangeKind.ORDER: 0.4,
        ChangeKind.UPDATE: 0.3,
        ChangeKind.CANCELLATION: 0.2,
        ChangeKind.MALFORMED: 0.1,
    }


def test_updates_and_cancellations_are_of_orders_in_the_table() -> None:
    # GIVEN changes of every kind
    shares = Shares(update=0.4, cancellation=0.3, malformed=0.1)

    # WHEN they are applied to a table one by one
    table: dict[str, object] = {}
    for change in islice(draw_changes(Random(2), shares), 5_000):
        # THEN an update or a cancellation finds its order, and an update changes it
        if change.kind in (ChangeKind.UPDATE, ChangeKind.CANCELLATION):
            assert change.order_id in table
            assert table[change.order_id] != change.item
        if change.item is None:
            del table[change.order_id]
        else:
            table[change.order_id] = change.item


@pytest.mark.parametrize("shares", [Shares(update=1), Shares(cancellation=1)])
def test_first_change_is_an_order_where_there_is_none_to_change(shares: Shares) -> None:
    # WHEN only updates, or only cancellations, are asked for
    first = next(draw_changes(Random(1), shares))

    # THEN the first is an order, as something has to be there
    assert first.kind is ChangeKind.ORDER


def test_malformed_items_have_ids_that_no_order_has() -> None:
    # WHEN many malformed items are drawn
    random = Random(1)
    order_ids = [draw_malformed(random).order_id for _ in range(1_000)]

    # THEN no order can have their ids, and none overwrites another
    assert all(order_id.startswith("malformed-") for order_id in order_ids)
    assert len(set(order_ids)) == 1_000


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_transform_cannot_read_a_malformed_item(damage: Any) -> None:
    # GIVEN an item that the transform can read, and the damage done to it
    item = draw_order(Random(1)).item()
    order_row(change_record(item))
    damage(item)

    # WHEN the transform gets it, THEN it refuses it
    with pytest.raises(UnreadableRecordError):
        order_row(change_record(item))
