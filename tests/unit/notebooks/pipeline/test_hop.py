"""How many changes are at each hop."""

from dataclasses import replace

from notebooks.pipeline.hop import Share, hops, shares
from tests.unit.verify.situation import (
    CHAIN,
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
from verify.report import Report

# Changes 1 and 2 are delivered, 2 of them twice; 3 failed; 4 was given up by the pipe; 5 is lost behind Kinesis;
# 6 and 7 are young: 6 is in Kinesis, 7 is not.
FOUND = evidence(
    changes=[*changes(5), change(598), change(599)],
    kinesis_records=in_kinesis(1, 2, 2, 3, 5, 598),
    rows=rows(1, 2, 2),
    failures=failures(3),
    dead_letters=[dead_letter(4, 4)],
    processed=3,
    delivered=3,
)


def report(**changed: object) -> Report:
    found = replace(FOUND, **changed)  # type: ignore[arg-type]
    return Report(found, account(found, at(600), waited=True), at(600))


def test_records_are_counted_where_they_are_and_changes_once() -> None:
    # WHEN
    table = hops(report())

    # THEN
    lines = [tuple(line) for line in table.astype(object).where(table.notna(), None).to_numpy()]
    assert lines == [
        ("stream of OrderTable", "written", 7, 7),
        ("kinesis-orderstream", "in Kinesis", 6, 5),
        ("s3://product-sales/orders/", "delivered", 3, 2),
        ("s3://product-sales/errors/", "failed", 1, 1),
        ("orders-pipe-dlq", "given up", 1, 1),
        ("transformlambda", "dropped", None, 0),
        ("orders-pipe", "pending", None, 1),
        ("orders-firehose", "pending", None, 1),
        ("nowhere", "missing", None, 1),
    ]


def test_changes_before_the_chain_began_are_a_line_of_their_own() -> None:
    # GIVEN a pipe that begins after change 1, which nothing carried then
    late = replace(CHAIN, pipe_starts_after=at(1))

    # WHEN
    table = hops(report(chain=late, kinesis_records=in_kinesis(2, 3, 5, 598), rows=rows(2)))

    # THEN
    assert ["before the chain began", "passed by"] in table[["where", "what"]].to_numpy().tolist()
    assert table.loc[table["what"] == "passed by", "changes"].tolist() == [1]


def test_the_shares_of_each_hop_add_up_to_all_changes() -> None:
    # WHEN
    found = shares(report())

    # THEN
    assert found == {
        "OrderTable": [Share("here", 7)],
        "Kinesis": [
            Share("here", 5),
            Share("dead-letter queue", 1),
            Share("pending", 1),
            Share("passed by", 0),
            Share("missing", 0),
        ],
        "S3": [
            Share("here", 2),
            Share("failed", 1),
            Share("dropped", 0),
            Share("dead-letter queue", 1),
            Share("pending", 2),
            Share("passed by", 0),
            Share("missing", 1),
        ],
    }
    assert {sum(share.changes for share in parts) for parts in found.values()} == {7}
