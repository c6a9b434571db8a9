"""What became of a change, as a table of situations: each hop losing, holding, failing and repeating."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from tests.unit.verify.situation import (
    CHAIN,
    LATER,
    at,
    change,
    changes,
    content,
    dead_letter,
    evidence,
    failures,
    in_kinesis,
    rows,
    seed_rows,
)
from verify.accounting import account
from verify.accounts import Outcome
from verify.evidence import Evidence, KinesisRecord

DELIVERED, FAILED, DROPPED = Outcome.DELIVERED, Outcome.FAILED, Outcome.DROPPED
DEAD_LETTER, PENDING, MISSING = Outcome.DEAD_LETTER, Outcome.PENDING, Outcome.MISSING
BEFORE_PIPE, BEFORE_DELIVERY_STREAM = Outcome.BEFORE_PIPE, Outcome.BEFORE_DELIVERY_STREAM


class Situation(NamedTuple):
    """Evidence read some seconds after noon, and the outcomes of its changes in order."""

    name: str
    evidence: Evidence
    outcomes: list[Outcome]
    now: float = LATER
    waited: bool = False


SITUATIONS = [
    Situation("nothing written", evidence(), []),
    Situation(
        "all delivered",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, 2, 3), rows=rows(1, 2, 3)),
        [DELIVERED] * 3,
    ),
    # --- the pipe ---
    Situation("just written", evidence(changes=changes(1)), [PENDING], now=5),
    Situation(
        "written long ago, and the pipe has carried nothing yet", evidence(changes=changes(1)), [PENDING]
    ),
    Situation(
        "the pipe carried nothing during the wait", evidence(changes=changes(1)), [MISSING], waited=True
    ),
    Situation(
        "the pipe is stopped: what it has not read is not lost",
        evidence(replace(CHAIN, pipe_state="STOPPED"), changes=changes(1)),
        [PENDING],
        waited=True,
    ),
    Situation(
        "the pipe passed over a change",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, 3), rows=rows(1, 3)),
        [DELIVERED, MISSING, DELIVERED],
    ),
    Situation(
        "the pipe passed over a change only just: its record may be on its way",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, 3), rows=rows(1, 3)),
        [DELIVERED, PENDING, DELIVERED],
        now=12,
    ),
    Situation(
        "another shard says nothing about how far a shard was read",
        evidence(
            changes=[change(1, shard_id="other"), change(2)], kinesis_records=in_kinesis(2), rows=rows(2)
        ),
        [PENDING, DELIVERED],
    ),
    Situation(
        "the pipe is behind: what it has not reached is under way after a wait, too",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, delay=500), rows=rows(1, seconds=510)),
        [DELIVERED, PENDING, PENDING],
        now=515,
        waited=True,
    ),
    Situation(
        "written before the pipe was made",
        evidence(
            replace(CHAIN, pipe_starts_after=at(2)),
            changes=changes(3),
            kinesis_records=in_kinesis(3),
            rows=rows(3),
        ),
        [BEFORE_PIPE, BEFORE_PIPE, DELIVERED],
    ),
    Situation(
        "written before the pipe was made, and carried by the one before it",
        evidence(
            replace(CHAIN, pipe_starts_after=at(2)),
            changes=changes(1),
            kinesis_records=in_kinesis(1),
            rows=rows(1),
        ),
        [DELIVERED],
    ),
    # --- the dead-letter queue ---
    Situation(
        "a batch in the dead-letter queue",
        evidence(
            changes=changes(4),
            dead_letters=[dead_letter(2, 3)],
            kinesis_records=in_kinesis(1, 4),
            rows=rows(1, 4),
        ),
        [DELIVERED, DEAD_LETTER, DEAD_LETTER, DELIVERED],
    ),
    Situation(
        "a dead letter of another shard",
        evidence(changes=changes(1), dead_letters=[dead_letter(1, 1, shard_id="other")]),
        [MISSING],
        waited=True,
    ),
    Situation(
        "part of a dead-lettered batch came through",
        evidence(
            changes=changes(2), dead_letters=[dead_letter(1, 2)], kinesis_records=in_kinesis(1), rows=rows(1)
        ),
        [DELIVERED, DEAD_LETTER],
    ),
    # --- the delivery stream ---
    Situation(
        "in Firehose's buffers",
        evidence(changes=changes(1), kinesis_records=in_kinesis(1)),
        [PENDING],
        now=30,
    ),
    Situation(
        "Firehose delivered nothing yet, though the buffers' time is over",
        evidence(changes=changes(1), kinesis_records=in_kinesis(1)),
        [PENDING],
    ),
    Situation(
        "Firehose delivered nothing during the wait",
        evidence(changes=changes(1), kinesis_records=in_kinesis(1)),
        [MISSING],
        waited=True,
    ),
    Situation(
        "Firehose passed over a record",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, 2, 3), rows=rows(1, 3)),
        [DELIVERED, MISSING, DELIVERED],
    ),
    Situation(
        "Firehose is behind: an older record may come with the next object",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, 2, 3), rows=rows(1, 3, seconds=500)),
        [DELIVERED, PENDING, DELIVERED],
        now=510,
        waited=True,
    ),
    Situation(
        "in Kinesis before the delivery stream was made",
        evidence(
            replace(CHAIN, delivery_starts_at=at(2)),
            changes=changes(2),
            kinesis_records=in_kinesis(1, 2),
            rows=rows(2),
        ),
        [BEFORE_DELIVERY_STREAM, DELIVERED],
    ),
    Situation(
        "failed in the function",
        evidence(changes=changes(2), kinesis_records=in_kinesis(1, 2), failures=failures(1), rows=rows(2)),
        [FAILED, DELIVERED],
    ),
    Situation(
        "failed once and delivered once",
        evidence(changes=changes(1), kinesis_records=in_kinesis(1) * 2, failures=failures(1), rows=rows(1)),
        [DELIVERED],
    ),
    # --- Dropped: only the metrics know ---
    Situation(
        "dropped by the function",
        evidence(
            changes=changes(3), kinesis_records=in_kinesis(1, 2, 3), rows=rows(1, 3), processed=3, delivered=2
        ),
        [DELIVERED, DROPPED, DELIVERED],
    ),
    Situation(
        "all dropped",
        evidence(changes=changes(2), kinesis_records=in_kinesis(1, 2), processed=2, delivered=0),
        [DROPPED, DROPPED],
    ),
    Situation(
        "one dropped, one lost: the count is known, the names are not",
        evidence(
            changes=changes(4),
            kinesis_records=in_kinesis(1, 2, 3, 4),
            rows=rows(1, 4),
            processed=3,
            delivered=2,
        ),
        [DELIVERED, DROPPED, MISSING, DELIVERED],
    ),
    Situation(
        "delivered, and then the object was deleted",
        evidence(
            changes=changes(2), kinesis_records=in_kinesis(1, 2), rows=rows(2), processed=2, delivered=2
        ),
        [MISSING, DELIVERED],
    ),
    Situation(
        "processed and still in the second buffer",
        evidence(changes=changes(1), kinesis_records=in_kinesis(1), processed=1, delivered=0),
        [PENDING],
        now=10,
    ),
    Situation(
        "processed and held, since S3 refuses objects for minutes",
        evidence(
            changes=changes(3),
            kinesis_records=in_kinesis(1, 2, 3),
            rows=rows(1),
            processed=3,
            delivered=1,
            held_for=timedelta(seconds=LATER - 3),
        ),
        [DELIVERED, PENDING, PENDING],
        waited=True,
    ),
    Situation(
        "lost before the oldest record that is held",
        evidence(
            changes=[*changes(2), change(500)],
            kinesis_records=in_kinesis(1, 2, 500),
            rows=rows(1),
            processed=2,
            delivered=2,
            held_for=timedelta(seconds=LATER - 500),
        ),
        [DELIVERED, MISSING, PENDING],
        waited=True,
    ),
    Situation(
        "processed, and failed afterwards: not Dropped",
        evidence(
            changes=changes(4),
            kinesis_records=in_kinesis(1, 2, 3, 4),
            rows=rows(4),
            failures=[
                *failures(1, code="DataFormatConversion.ParseError"),
                *failures(2, code="DynamicPartitioning.MetadataExtractionFailed"),
            ],
            processed=3,
            delivered=1,
        ),
        [FAILED, FAILED, MISSING, DELIVERED],
    ),
    # --- rows without event id: the seed's own function ---
    Situation(
        "rows of the seed's function, matched by content",
        evidence(changes=changes(3), kinesis_records=in_kinesis(1, 2, 3), rows=seed_rows(3, 1)),
        [DELIVERED, MISSING, DELIVERED],
    ),
    Situation(
        "two changes of equal content and one row",
        evidence(
            changes=[change(1), change(2, content=content(1)), change(3)],
            kinesis_records=in_kinesis(1, 2, 3),
            rows=seed_rows(1, 3),
        ),
        [DELIVERED, MISSING, DELIVERED],
    ),
    Situation(
        "a row does not stand for a change of equal content that never reached Kinesis",
        evidence(
            changes=[change(1), change(2, content=content(1))],
            kinesis_records=in_kinesis(2),
            rows=seed_rows(1),
        ),
        [MISSING, DELIVERED],
    ),
    Situation(
        "a change of equal content that came before the delivery stream leaves the row to the other",
        evidence(
            replace(CHAIN, delivery_starts_at=at(2)),
            changes=[change(1), change(2, content=content(1))],
            kinesis_records=in_kinesis(1, 2),
            rows=seed_rows(1),
        ),
        [BEFORE_DELIVERY_STREAM, DELIVERED],
    ),
    Situation(
        "the seed's function cannot read a REMOVE",
        evidence(
            changes=[change(1), change(2, event_name="REMOVE", content=None)],
            kinesis_records=in_kinesis(1, 2),
            rows=seed_rows(1),
            failures=failures(2),
        ),
        [DELIVERED, FAILED],
    ),
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_every_change_gets_the_outcome_of_its_situation(situation: Situation) -> None:
    # WHEN
    accounts = account(situation.evidence, at(situation.now), situation.waited)

    # THEN
    expected = {
        item.event_id: outcome
        for item, outcome in zip(situation.evidence.changes, situation.outcomes, strict=True)
    }
    assert accounts.outcomes == expected


def test_a_change_twice_in_kinesis_and_delivered_twice_is_repeated_at_both_hops() -> None:
    # GIVEN
    found = evidence(changes=changes(2), kinesis_records=in_kinesis(1, 2, 1), rows=rows(1, 2, 1))

    # WHEN
    accounts = account(found, at(LATER))

    # THEN
    assert (accounts.repeated_in_kinesis, accounts.repeated_in_s3) == ({"e1"}, {"e1"})


def test_more_equal_rows_without_event_id_than_changes_are_repetitions() -> None:
    # GIVEN
    found = evidence(changes=changes(1), kinesis_records=in_kinesis(1), rows=seed_rows(1, 1))

    # WHEN
    accounts = account(found, at(LATER))

    # THEN
    assert (accounts.repeated_in_s3, accounts.unmatched_rows) == ({"e1"}, 0)


def test_failures_are_grouped_by_error_code_and_named_once() -> None:
    # GIVEN
    found = evidence(
        changes=changes(3),
        kinesis_records=in_kinesis(1, 2, 3),
        failures=failures(1, 2, 1) + failures(3, code="Lambda.FunctionError"),
    )

    # WHEN
    accounts = account(found, at(LATER))

    # THEN
    assert accounts.failures_by_code == {
        "Lambda.ProcessingFailedStatus": ["e1", "e2"],
        "Lambda.FunctionError": ["e3"],
    }


def test_what_belongs_to_no_change_is_counted_by_hop() -> None:
    # GIVEN a stream from which changes 7 to 9 were trimmed
    found = evidence(
        changes=changes(1),
        kinesis_records=[*in_kinesis(1, 7), KinesisRecord(None, "k1", 8, at(8))],
        rows=rows(1, 7) + seed_rows(8),
        failures=failures(9),
    )

    # WHEN
    accounts = account(found, at(LATER))

    # THEN
    assert accounts.outcomes == {"e1": DELIVERED}
    assert (accounts.unmatched_kinesis_records, accounts.unmatched_rows, accounts.unmatched_failures) == (
        2,
        2,
        1,
    )


def test_what_a_change_may_take_grows_with_the_lag_of_the_latest_object() -> None:
    # GIVEN
    found = evidence(changes=changes(1), kinesis_records=in_kinesis(1), rows=rows(1, seconds=101.5))

    # WHEN
    accounts = account(found, at(LATER))

    # THEN the pipe took half a second and Firehose a hundred, and each is given 20 more
    assert (accounts.overdue.at_pipe, accounts.overdue.at_delivery_stream) == (
        timedelta(seconds=20.5),
        timedelta(seconds=120),
    )
