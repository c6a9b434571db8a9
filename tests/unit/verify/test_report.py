"""The report names every hop, what went wrong by reason, and ends with the verdict."""

from tests.unit.verify.situation import (
    LATER,
    at,
    change,
    changes,
    dead_letter,
    evidence,
    failures,
    in_kinesis,
    rows,
)
from verify.accounting import account
from verify.evidence import Evidence, Row
from verify.report import Report


def report_of(found: Evidence, now: float = LATER, waited: bool = False) -> Report:
    return Report(found, account(found, at(now), waited), at(now))


def test_a_report_on_every_kind_of_outcome() -> None:
    # GIVEN
    found = evidence(
        changes=[*changes(6), change(7, event_name="REMOVE")],
        kinesis_records=in_kinesis(1, 2, 3, 4, 7, 7),
        rows=[*rows(1, 7), Row(None, None, at(30))],
        failures=failures(2),
        dead_letters=[dead_letter(5, 5)],
        processed=3,
        delivered=2,
    )

    # WHEN
    report = report_of(found)

    # THEN
    assert not report.is_complete
    assert (
        report.text()
        == """\
hop                changes  where
written                  7  stream of OrderTable        INSERT 6, REMOVE 1
in Kinesis               5  kinesis-orderstream
delivered                2  s3://product-sales/orders/
failed                   1  s3://product-sales/errors/  Lambda.ProcessingFailedStatus 1
dropped                  1  by transformlambda
dead-letter queue        1  orders-pipe-dlq             RetryAttemptsExhausted 1
pending                  0
missing                  2
duplicated               1                              in Kinesis 1, in S3 0

failed with Lambda.ProcessingFailedStatus: 1
  event e2, order 2
dead-lettered with RetryAttemptsExhausted: 1
  event e5, order 5
lost before Kinesis: 1
  event e6, order 6
lost after Kinesis: 1
  event e4, order 4
unrecognised rows: 1

MISSING: 2 of 7 changes are unaccounted for. Unrecognised rows may be theirs."""
    )
    assert report.json() == {
        "complete": False,
        "counts": {
            "written": 7,
            "in_Kinesis": 5,
            "delivered": 2,
            "failed": 1,
            "dropped": 1,
            "dead_letter_queue": 1,
            "pending": 0,
            "before_the_pipe": 0,
            "before_the_delivery_stream": 0,
            "missing": 2,
            "duplicated": 1,
        },
        "failed_by_error_code": {"Lambda.ProcessingFailedStatus": 1},
        "dead_letters_by_condition": {"RetryAttemptsExhausted": 1},
        "missing_event_ids": ["e4", "e6"],
        "duplicated_event_ids": ["e7"],
        "not_from_any_change": {"kinesis_records": 0, "rows": 0, "failures": 0},
        "unrecognised": {"rows": 1, "failures": 0, "dead_letters": 0},
    }


def test_a_report_on_changes_under_way_says_where_they_are_and_that_nothing_is_missing() -> None:
    # GIVEN
    found = evidence(changes=changes(3), kinesis_records=in_kinesis(1, 2), rows=rows(1, seconds=10))

    # WHEN
    report = report_of(found, now=12)

    # THEN
    assert report.is_complete
    assert (
        report.text()
        == """\
hop                changes  where
written                  3  stream of OrderTable        INSERT 3
in Kinesis               2  kinesis-orderstream
delivered                1  s3://product-sales/orders/
failed                   0  s3://product-sales/errors/
dropped                  0  by transformlambda
dead-letter queue        0  orders-pipe-dlq
pending                  2                              at the pipe 1, in Firehose 1 (oldest 10 s of 56 s)
missing                  0
duplicated               0

Nothing is missing; 2 of 3 changes are still under way (`--wait SECONDS` lets the buffers drain first)."""
    )


def test_the_first_few_of_many_are_named() -> None:
    # GIVEN
    found = evidence(changes=changes(8), kinesis_records=in_kinesis(8), rows=rows(8))

    # WHEN
    lines = report_of(found).text().splitlines()

    # THEN
    assert lines[-9:] == [
        "lost before Kinesis: 7",
        "  event e1, order 1",
        "  event e2, order 2",
        "  event e3, order 3",
        "  event e4, order 4",
        "  event e5, order 5",
        "  and 2 more",
        "",
        "MISSING: 7 of 8 changes are unaccounted for.",
    ]


def test_the_verdicts() -> None:
    # GIVEN
    nothing = evidence()
    delivered = evidence(changes=changes(2), kinesis_records=in_kinesis(1, 2), rows=rows(1, 2))

    # WHEN
    verdicts = [report_of(found).text().splitlines()[-1] for found in (nothing, delivered)]

    # THEN
    assert verdicts == [
        "Nothing to account for: the stream holds no change yet.",
        "Nothing is missing: all 2 changes are accounted for.",
    ]
