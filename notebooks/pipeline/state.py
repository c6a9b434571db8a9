"""The table's items against the last change that was delivered of each order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from verify.accounts import Outcome
from verify.evidence import Change, Content

from .delivered import DeliveredRow
from .failure import FailedChange
from .order import sentence

NOT_IN_TABLE = "not in the table"
NOT_AN_ORDER = "not a whole order"
NEVER_DELIVERED = "never delivered"
REMOVED = "removed"
WRITTEN_SINCE = "written since"
NO_REASON = "no reason found"
# A later change with one of these outcomes does not excuse a difference: its row is gone, or was not read.
NO_EXCUSE = frozenset({str(Outcome.MISSING), str(Outcome.DELIVERED), NO_REASON})


@dataclass(frozen=True, slots=True)
class OrderState:
    """One order at both ends of the chain; `reasons` say what became of the changes after the last delivered one."""

    order_id: str
    in_table: str
    last_delivered: str
    reasons: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        return not self.reasons

    @property
    def is_explained(self) -> bool:
        return not NO_EXCUSE & set(self.reasons)


def compare(
    items: Mapping[str, Content | None],
    rows: Iterable[DeliveredRow],
    changes: Iterable[Change],
    outcomes: Mapping[str, Outcome],
    failed: Iterable[FailedChange],
    written_at: Mapping[str, datetime],
) -> list[OrderState]:
    """Compare each order that is in the table or was delivered.

    The table must have been scanned after the rows were read, and the changes read after the table was scanned:
    whatever the items show beyond the rows is then among the changes. `items` has None for an item that is no order,
    `written_at` the time of each object.

    1. the last row of each order is the one with the highest sequence number, or the youngest without one; a row
       without an order id is of none;
    2. a difference is explained by what became of the changes after that row's;
    3. a failed change counts even after the table's stream, which keeps 24 hours, has lost it.
    """
    # 1.
    last: dict[str, DeliveredRow] = {}
    for row in rows:
        order_id = row.order_id
        if order_id is None:
            continue
        if order_id not in last or _age(row, written_at) > _age(last[order_id], written_at):
            last[order_id] = row
    # 2. and 3.
    found_out: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for failure in failed:
        found_out[failure.order_id][failure.sequence_number] = str(Outcome.FAILED)
    for change in changes:
        found_out[change.order_id][change.sequence_number] = str(outcomes.get(change.event_id, WRITTEN_SINCE))
    return [
        _state(order_id, items, last.get(order_id), found_out[order_id])
        for order_id in sorted(items.keys() | last.keys())
    ]


def _age(row: DeliveredRow, written_at: Mapping[str, datetime]) -> tuple[bool, int, datetime]:
    return row.sequence_number is not None, row.sequence_number or 0, written_at[row.key]


def _state(
    order_id: str,
    items: Mapping[str, Content | None],
    row: DeliveredRow | None,
    found_out: Mapping[int, str],
) -> OrderState:
    is_removed = row is None or row.event_name == "REMOVE"
    delivered = None if row is None or is_removed else row.content
    if row is None:
        last_delivered = NEVER_DELIVERED
    elif is_removed:
        last_delivered = REMOVED
    else:
        last_delivered = _text(delivered)
    if order_id not in items:
        in_table, agrees = NOT_IN_TABLE, is_removed
    else:
        item = items[order_id]
        in_table = _text(item)
        agrees = item is not None and item == delivered
    reasons = () if agrees else _reasons(row, found_out)
    return OrderState(order_id, in_table, last_delivered, reasons)


def _text(order: Content | None) -> str:
    return NOT_AN_ORDER if order is None else sentence(order)


def _reasons(row: DeliveredRow | None, found_out: Mapping[int, str]) -> tuple[str, ...]:
    """Return what became of the changes after the row's, in order and each outcome once."""
    if row is None:
        since = -1
    elif row.sequence_number is not None:
        since = row.sequence_number
    else:
        delivered = [number for number, outcome in found_out.items() if outcome == Outcome.DELIVERED]
        since = max(delivered, default=-1)
    later = [found_out[number] for number in sorted(found_out) if number > since]
    return tuple(dict.fromkeys(later)) or (NO_REASON,)


def summary(states: Iterable[OrderState]) -> pd.DataFrame:
    """Return how many orders agree, and how many differ for which reason."""
    counts = Counter(", ".join(state.reasons) for state in states)
    agreeing = counts.pop("", 0)
    return pd.DataFrame(
        [("agree", "", agreeing), *(("differ", reason, count) for reason, count in counts.most_common())],
        columns=["table and last delivered change", "what became of the later change", "orders"],
    )


def differences(states: Iterable[OrderState]) -> pd.DataFrame:
    """Return a line per order that differs, first those without a good reason."""
    differing = sorted(
        (state for state in states if not state.agrees),
        key=lambda state: (state.is_explained, state.last_delivered == NEVER_DELIVERED),
    )
    return pd.DataFrame(
        [
            (state.order_id, state.in_table, state.last_delivered, ", ".join(state.reasons))
            for state in differing
        ],
        columns=["order", "in the table", "last delivered", "the later change"],
    )
