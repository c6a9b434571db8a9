"""ListStreams and ListShards: in their order, page by page.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
"""

import base64
import json
from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.listing import check_token_alone, decode_token, list_shards, list_streams
from tests.unit.kinesis.subject import FIRST, Subject


def test_pages_follow_one_another_by_token_and_by_name() -> None:
    names = ["c", "a", "d", "b"]

    first, token = list_streams(names, limit=3)
    assert first == ["a", "b", "c"]
    assert list_streams(names, token=token, limit=3) == (["d"], None)
    # A name that is not there is only a place in the order.
    assert list_streams(names, exclusive_start_name="bb")[0] == ["c", "d"]
    assert list_streams([]) == ([], None)


def test_a_page_has_at_most_a_hundred_streams() -> None:
    names = [f"{index:03d}" for index in range(101)]

    for limit in (None, 10_000):
        page, token = list_streams(names, limit=limit)
        assert (len(page), token is None) == (100, False)
    assert list_streams(names[:100])[1] is None


def test_a_token_of_another_kind_is_refused() -> None:
    for token in ("%", "\N{LATIN SMALL LETTER E WITH ACUTE}", "/w=="):
        with pytest.raises(ServiceError) as raised:
            list_streams(["a"], token=token)
        assert raised.value.code == "InvalidArgumentException"


def test_a_page_of_shards_has_at_most_a_thousand() -> None:
    subject = Subject(shard_count=1001)

    for maximum_results in (None, 10_000):
        page, token = list_shards(subject.stream, subject.clock(), maximum_results=maximum_results)
        assert (len(page), token is None) == (1000, False)
    assert len(list_shards(subject.stream, subject.clock(), maximum_results=10_000, most=100)[0]) == 100
    assert len(list_shards(subject.stream, subject.clock(), page[-1]["ShardId"])[0]) == 1


@pytest.mark.parametrize("shard_id", ["0", "000000000000", "shard-0", FIRST])
def test_shards_are_listed_after_one_that_is_named_by_its_number(shard_id: str) -> None:
    subject = Subject(shard_count=2)

    after_start, _ = list_shards(subject.stream, subject.clock(), shard_id)
    after_filter, _ = list_shards(
        subject.stream, subject.clock(), shard_filter={"Type": "AFTER_SHARD_ID", "ShardId": shard_id}
    )

    listed = [[shard["ShardId"] for shard in page] for page in (after_start, after_filter)]
    assert listed == [["shardId-000000000001"]] * 2


def test_a_token_of_shards_lives_for_five_minutes() -> None:
    subject = Subject(shard_count=2)
    _, token = list_shards(subject.stream, subject.clock(), maximum_results=1)
    assert token is not None

    assert decode_token(token, subject.clock() + 300)[:2] == ("orders", FIRST)
    with pytest.raises(ServiceError) as raised:
        decode_token(token, subject.clock() + 301)
    assert raised.value.code == "ExpiredNextTokenException"
    for malformed in ("%", "W10=", "eyJ9"):
        with pytest.raises(ServiceError) as raised:
            decode_token(malformed, subject.clock())
        assert (raised.value.code, raised.value.message) == ("InvalidArgumentException", "Invalid NextToken.")


@pytest.mark.parametrize(
    "values",
    [
        ["orders", FIRST, {"Type": "AT_TIMESTAMP", "Timestamp": "abc"}, 0],
        ["orders", FIRST, {"Type": "AT_TIMESTAMP", "Timestamp": None}, 0],
        ["orders", FIRST, {"Type": "AT_TIMESTAMP", "Timestamp": 10**400}, 0],
        ["orders", FIRST, {"Type": "AFTER_SHARD_ID", "ShardId": 5}, 0],
        ["orders", FIRST, {"Type": "AFTER_SHARD_ID", "ShardId": "9" * 5_000}, 0],
        ["orders", FIRST, {"Type": ["AT_LATEST"]}, 0],
        ["orders", FIRST, [1], 0],
        ["orders", 5, {}, 0],
        ["orders", "no shard", {}, 0],
        ["orders", FIRST, {}, 10**400],
        ["orders", FIRST, {}],
    ],
)
def test_a_token_made_by_hand_is_refused(values: list[Any]) -> None:
    token = base64.b64encode(json.dumps(values).encode()).decode()

    with pytest.raises(ServiceError) as raised:
        decode_token(token, 0)

    assert (raised.value.code, raised.value.message) == ("InvalidArgumentException", "Invalid NextToken.")


@pytest.mark.parametrize("text", ["[" * 100_000, "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_token_that_is_too_deep_or_not_of_base64_is_refused(text: str) -> None:
    for token in (text, base64.b64encode(text.encode()).decode()):
        with pytest.raises(ServiceError) as raised:
            decode_token(token, 0)
        assert raised.value.code == "InvalidArgumentException"


@pytest.mark.parametrize(
    "member", ["StreamName", "StreamARN", "ExclusiveStartShardId", "ShardFilter", "StreamCreationTimestamp"]
)
def test_a_token_of_shards_comes_alone(member: str) -> None:
    # Seen on AWS in issues of apache/beam, aws/aws-cli and awslabs/amazon-kinesis-scaling-utils
    check_token_alone({"NextToken": "token", "MaxResults": 10})

    with pytest.raises(ServiceError) as raised:
        check_token_alone({"NextToken": "token", member: "given"})

    assert (raised.value.code, raised.value.message) == (
        "InvalidArgumentException",
        f"NextToken and {member} cannot be provided together.",
    )
