"""How long the changes took."""

import pytest

from notebooks.pipeline.passage import Hop, Passage, latencies, passages, quantile
from tests.unit.verify.situation import at, changes, evidence, in_kinesis, rows
from verify.evidence import Row


def passage(number: int, written: float, arrived: float, delivered: float) -> Passage:
    return Passage(f"e{number}", "INSERT", at(written), at(arrived), at(delivered))


def test_a_change_is_followed_to_its_first_row() -> None:
    # GIVEN change 1 that is in Kinesis and in S3 twice, change 2 that is only in Kinesis, and one row without event id
    found = evidence(
        changes=changes(2),
        kinesis_records=in_kinesis(1, 2, delay=0.25) + in_kinesis(1, delay=0.75),
        rows=[*rows(1, seconds=30), *rows(1, seconds=20), Row(None, None, at(25))],
    )

    # THEN
    assert passages(found) == [passage(1, 1, 1.25, 20)]


def test_changes_are_in_the_order_in_which_they_were_written() -> None:
    # GIVEN two of one second, which Kinesis tells apart
    found = evidence(
        changes=[*changes(3)[::-1]],
        kinesis_records=in_kinesis(1, 2, 3),
        rows=rows(3, 2, 1),
    )

    # THEN
    assert [one.event_id for one in passages(found)] == ["e1", "e2", "e3"]


def test_each_hop_has_its_seconds() -> None:
    # GIVEN
    one = passage(1, written=1, arrived=1.25, delivered=20)

    # THEN
    assert {hop: one.seconds(hop) for hop in Hop} == {
        Hop.PIPE: 0.25,
        Hop.DELIVERY_STREAM: 18.75,
        Hop.WHOLE: 19.0,
    }


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 2.0), (0.75, 3.0), (0.76, 4.0), (1.0, 4.0), (0.01, 1.0)]
)
def test_a_quantile_is_a_value_that_enough_do_not_exceed(share: float, expected: float) -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], share) == expected


def test_latencies_are_a_line_per_hop_with_what_the_resolution_leaves_open() -> None:
    # GIVEN changes that took 10, 12 and 20 seconds from order to object
    found = [passage(1, 0, 0.5, 10), passage(2, 1, 1.25, 13), passage(3, 2, 2.75, 22)]

    # THEN
    assert latencies(found).to_dict("split")["data"] == [
        ["order to Kinesis", 3, 0.5, 0.75, 0.75, "-1 to 0 s"],
        ["Kinesis to S3", 3, 11.75, 19.25, 19.25, "0 to +1 s"],
        ["order to S3", 3, 12.0, 20.0, 20.0, "-1 to +1 s"],
    ]


def test_nothing_has_no_latency() -> None:
    assert latencies([])[["changes", "median"]].to_numpy().tolist() == [[0, None]] * 3
