"""Changes that arrived more than once."""

from notebooks.pipeline.duplicate import duplicates
from tests.unit.verify.situation import at, changes, evidence, failures, in_kinesis, rows, seed_rows
from verify.accounting import account
from verify.evidence import Evidence
from verify.report import Report


def report(found: Evidence) -> Report:
    return Report(found, account(found, at(60)), at(60))


def test_a_change_that_is_somewhere_twice_has_a_line() -> None:
    # GIVEN 1 once, 2 twice in Kinesis and in S3, 3 twice in S3, 4 failed twice
    found = evidence(
        changes=changes(4),
        kinesis_records=in_kinesis(1, 2, 2, 3, 4),
        rows=rows(1, 2, 2, 3, 3),
        failures=failures(4, 4),
    )

    # THEN
    assert duplicates(report(found)).to_dict("split")["data"] == [
        ["2", "INSERT", 2, 2, "e2"],
        ["3", "INSERT", 1, 2, "e3"],
        ["4", "INSERT", 1, 2, "e4"],
    ]


def test_rows_without_event_id_are_only_known_to_be_several() -> None:
    # GIVEN
    found = evidence(changes=changes(1), kinesis_records=in_kinesis(1), rows=seed_rows(1, 1))

    # THEN
    assert duplicates(report(found)).to_dict("split")["data"] == [["1", "INSERT", 1, "several", "e1"]]


def test_no_duplicates_are_an_empty_table() -> None:
    # GIVEN
    found = evidence(changes=changes(1), kinesis_records=in_kinesis(1), rows=rows(1))

    # THEN
    assert duplicates(report(found)).empty
