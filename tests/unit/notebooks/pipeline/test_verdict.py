"""What must hold, and what is said when it does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notebooks.pipeline.delivered import ErrorRecord
from notebooks.pipeline.passage import passages
from notebooks.pipeline.snapshot import Snapshot
from notebooks.pipeline.state import OrderState
from notebooks.pipeline.stored import StoredObject, Trigger
from notebooks.pipeline.verdict import Verdict, overview, sentences, verdicts
from tests.unit.notebooks.pipeline.situation import DESTINATION, OBJECT_KEY, row
from tests.unit.verify.situation import at, changes, dead_letter, evidence, failures, in_kinesis, rows
from verify.accounting import account
from verify.evidence import Row
from verify.report import Report

RULES = [
    "rows were delivered",
    "every change is accounted for",
    "all that arrived can be read",
    "SQL sees all that was delivered",
    "no change arrived before it was written",
    "every object was written for one of the hints",
    "table and bucket agree, or there is a reason",
]
ERROR = ErrorRecord("processing-failed", "Lambda.ProcessingFailedStatus", "", at(3.5), 1, None, "errors/a")


def snapshot(**fields: Any) -> Snapshot:
    """Return what is found when changes 1 and 2 were delivered and 3 failed; evidence may be given otherwise."""
    found = fields.pop(
        "evidence",
        evidence(
            changes=changes(3), kinesis_records=in_kinesis(1, 2, 3), rows=rows(1, 2), failures=failures(3)
        ),
    )
    healthy = Snapshot(
        report=Report(found, account(found, at(600), waited=True), at(600)),
        destination=DESTINATION,
        rows=[row("1", 1), row("2", 2)],
        errors=[ERROR],
        crawl_problems=[],
        function_reasons=[],
        objects=[],
        passages=passages(found),
        states=[],
    )
    return replace(healthy, **fields)


def test_in_a_healthy_chain_every_rule_holds() -> None:
    # WHEN
    found = verdicts(snapshot())

    # THEN
    assert found == [Verdict(rule, ()) for rule in RULES]
    assert sentences(found) == ""
    assert overview(found).to_dict("split")["data"] == [[rule, "yes", 0] for rule in RULES]


LOST = evidence(changes=changes(2), kinesis_records=in_kinesis(2), rows=[])
UNREADABLE = evidence(
    changes=changes(1),
    kinesis_records=in_kinesis(1),
    rows=[*rows(1), Row(None, None, at(30)), Row(None, None, at(30))],
    dead_letters=[dead_letter(0, 0, shard_id=None)],
)
CLOCKS = evidence(changes=changes(1), kinesis_records=in_kinesis(1, delay=-1.5), rows=rows(1))
EARLY = StoredObject(OBJECT_KEY, 1, 100, at(20), timedelta(seconds=2.25), Trigger.NEITHER)
TOO_LATE = OrderState("7", "2 x Laptop at 100.50", "never delivered", ("missing",))
STRAY = OrderState("8", "not in the table", "2 x Laptop at 100.50", ("no reason found",))
UNDER_WAY = OrderState("8", "2 x Laptop at 100.50", "never delivered", ("pending",))


@pytest.mark.parametrize(
    ("rule", "found", "problems"),
    [
        (
            "rows were delivered",
            snapshot(evidence=evidence(), rows=[]),
            ("no row was delivered yet: is the generator running (`make status`), is the pipe RUNNING?",),
        ),
        (
            "every change is accounted for",
            snapshot(evidence=LOST),
            (
                "order 1: its INSERT of 12:00:01 did not reach kinesis-orderstream (event e1)",
                "order 2: its INSERT of 12:00:02 reached kinesis-orderstream and is not in s3://product-sales "
                "(event e2)",
            ),
        ),
        (
            "all that arrived can be read",
            snapshot(
                evidence=UNREADABLE, rows=[row("1", 1)] * 3, crawl_problems=["orders/hour=03/b.json: empty"]
            ),
            (
                "unreadable rows below orders/: 2",
                "unreadable messages in orders-pipe-dlq: 1",
                "orders/hour=03/b.json: empty",
            ),
        ),
        (
            "SQL sees all that was delivered",
            snapshot(rows=[row("1", 1)], errors=[]),
            (
                "event e2 is in an object and not in the view orders",
                "the view orders has 1 of the objects' 2 rows",
                "the view delivery_errors has 0 of the objects' 1 lines",
            ),
        ),
        (
            "no change arrived before it was written",
            snapshot(evidence=CLOCKS),
            ("event e1 took -1.500 s from order to Kinesis",),
        ),
        (
            "every object was written for one of the hints",
            snapshot(objects=[EARLY, replace(EARLY, trigger=Trigger.INTERVAL)]),
            (f"{OBJECT_KEY}: 100 of 1,000 bytes, and its oldest record waited 2.2 of 10 s",),
        ),
        (
            "table and bucket agree, or there is a reason",
            snapshot(states=[TOO_LATE, UNDER_WAY, STRAY]),
            (
                "order 7: 2 x Laptop at 100.50 in the table, never delivered (missing)",
                "order 8: not in the table, 2 x Laptop at 100.50 in S3 (no reason found)",
            ),
        ),
    ],
    ids=RULES,
)
def test_what_does_not_hold_is_said(rule: str, found: Snapshot, problems: tuple[str, ...]) -> None:
    assert [verdict for verdict in verdicts(found) if verdict.problems] == [Verdict(rule, problems)]


def test_a_view_that_has_more_than_was_accounted_for_is_only_newer() -> None:
    # WHEN
    found = verdicts(snapshot(rows=[row("1", 1), row("2", 2), row("9", 9)], errors=[ERROR, ERROR]))

    # THEN
    assert sentences(found) == ""


def test_the_first_few_problems_of_a_rule_are_named() -> None:
    # GIVEN
    found = [
        Verdict("all is well", ()),
        Verdict("one thing", ("it is not",)),
        Verdict("many things", tuple(f"number {number}" for number in range(1, 8))),
    ]

    # THEN
    assert sentences(found).splitlines() == [
        "one thing: no",
        "  it is not",
        "many things: no, for 7 reasons",
        "  number 1",
        "  number 2",
        "  number 3",
        "  number 4",
        "  number 5",
        "  and 2 more",
    ]
