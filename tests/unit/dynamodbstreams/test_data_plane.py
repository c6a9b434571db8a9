"""Reading a table's stream: iterators, pages, retention and the end of a disabled stream.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.data_plane import DataPlane, StreamRegistry
from emulator.errors import ServiceError
from tests.clock import ManualClock

TABLE_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"
HOUR = 3600


@dataclass
class Subject:
    """A registry with one stream, its data plane, and the clock of both."""

    clock: ManualClock = field(default_factory=ManualClock)
    registry: StreamRegistry = field(default_factory=StreamRegistry)

    def __post_init__(self) -> None:
        self.data_plane = DataPlane(self.registry, self.clock)
        self.stream = self.enable("2026-01-01T00:00:00.000")

    def enable(self, label: str) -> ChangeStream:
        schema = [{"AttributeName": "id", "KeyType": "HASH"}]
        stream = ChangeStream("Orders", TABLE_ARN, schema, "KEYS_ONLY", label, self.clock)
        self.registry.add(stream)
        return stream

    def insert(self, *names: str) -> None:
        for name in names:
            self.stream.record(None, {"id": {"S": name}})

    def iterator(self, iterator_type: str, sequence_number: str | None = None, shard: int = 0) -> str:
        shard_id = self.stream.shards[shard].shard_id
        response = self.data_plane.get_shard_iterator(
            self.stream.arn, shard_id, iterator_type, sequence_number
        )
        return str(response["ShardIterator"])

    def get(self, iterator: str, limit: int | None = None) -> tuple[list[str], str | None]:
        response = self.data_plane.get_records(iterator, limit)
        names = [record["dynamodb"]["Keys"]["id"]["S"] for record in response["Records"]]
        return names, response.get("NextShardIterator")

    def number(self, position: int) -> str:
        return self.stream.shards[0].sequence_number(position)


def test_each_iterator_type_starts_where_the_api_says() -> None:
    subject = Subject()
    subject.insert("a", "b", "c")

    assert subject.get(subject.iterator("TRIM_HORIZON"))[0] == ["a", "b", "c"]
    assert subject.get(subject.iterator("LATEST"))[0] == []
    assert subject.get(subject.iterator("AT_SEQUENCE_NUMBER", subject.number(2)))[0] == ["b", "c"]
    assert subject.get(subject.iterator("AFTER_SEQUENCE_NUMBER", subject.number(2)))[0] == ["c"]


def test_pages_follow_one_another_and_an_open_shard_never_ends() -> None:
    subject = Subject()
    subject.insert("a", "b", "c")

    first, token = subject.get(subject.iterator("TRIM_HORIZON"), limit=2)
    assert token is not None
    second, token = subject.get(token)
    assert token is not None

    assert (first, second, subject.get(token)[0]) == (["a", "b"], ["c"], [])


def test_a_disabled_stream_is_read_to_its_end() -> None:
    # GIVEN a stream with two records that is disabled
    subject = Subject()
    subject.insert("a", "b")
    subject.stream.disable()

    # THEN it is read to its last record, and there the iterator ends
    first, token = subject.get(subject.iterator("TRIM_HORIZON"), limit=1)
    assert token is not None
    assert (first, subject.get(token)) == (["a"], (["b"], None))
    description = subject.data_plane.describe_stream(subject.stream.arn)["StreamDescription"]
    assert description["StreamStatus"] == "DISABLED"
    assert description["Shards"][0]["SequenceNumberRange"] == {
        "StartingSequenceNumber": subject.number(1),
        "EndingSequenceNumber": subject.number(2),
    }


def test_records_leave_after_a_day() -> None:
    subject = Subject()
    subject.insert("old")
    subject.clock.advance(2 * HOUR)
    subject.insert("new")
    subject.clock.advance(22 * HOUR + 1)

    assert subject.get(subject.iterator("TRIM_HORIZON"))[0] == ["new"]


@pytest.mark.parametrize("iterator_type", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_sequence_number_before_the_horizon_is_trimmed_data(iterator_type: str) -> None:
    # GIVEN three records, the second of which was the last to leave
    subject = Subject()
    subject.insert("a", "b")
    subject.clock.advance(HOUR)
    subject.insert("c")
    subject.clock.advance(23 * HOUR + 1)

    # THEN the numbers of those that left are refused, and that of the one that stays is not
    for position in (1, 2):
        with pytest.raises(ServiceError) as raised:
            subject.iterator(iterator_type, subject.number(position))
        assert raised.value.code == "TrimmedDataAccessException"
    expected = ["c"] if iterator_type == "AT_SEQUENCE_NUMBER" else []
    assert subject.get(subject.iterator(iterator_type, subject.number(3)))[0] == expected


@pytest.mark.parametrize("iterator_type", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_sequence_number_that_no_record_has_yet_skips_none(iterator_type: str) -> None:
    # GIVEN iterators at the number that DescribeStream says an empty shard starts with, and far behind it
    subject = Subject()
    iterators = [subject.iterator(iterator_type, subject.number(position)) for position in (1, 1000)]

    subject.insert("a", "b")

    assert [subject.get(iterator)[0] for iterator in iterators] == [["a", "b"], ["a", "b"]]


def test_an_iterator_expires_after_fifteen_minutes() -> None:
    subject = Subject()
    token = subject.iterator("LATEST")

    subject.clock.advance(15 * 60)
    assert subject.get(token)[0] == []
    subject.clock.advance(1)
    with pytest.raises(ServiceError) as raised:
        subject.get(token)

    assert raised.value.code == "ExpiredIteratorException"


@pytest.mark.parametrize(("limit", "bound"), [(0, "greater than or equal to 1"), (1001, "1000")])
def test_a_limit_out_of_range_is_refused(limit: int, bound: str) -> None:
    subject = Subject()

    with pytest.raises(ServiceError, match=f"'{limit}' at 'limit'.*{bound}") as raised:
        subject.get(subject.iterator("LATEST"), limit)

    assert raised.value.code == "ValidationException"


@pytest.mark.parametrize("iterator_type", ["TRIM_HORIZON", "LATEST"])
def test_a_sequence_number_goes_with_the_types_that_have_one(iterator_type: str) -> None:
    subject = Subject()

    with pytest.raises(ServiceError, match="SequenceNumber") as raised:
        subject.iterator(iterator_type, subject.number(1))

    assert raised.value.code == "ValidationException"


def test_what_is_no_arn_of_a_stream_is_refused() -> None:
    data_plane, arn = Subject().data_plane, "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"

    asks: list[Callable[[], Any]] = [
        lambda: data_plane.describe_stream(arn),
        lambda: data_plane.get_shard_iterator(arn, "shardId-0", "LATEST"),
        lambda: data_plane.list_streams("Orders", arn),
    ]
    for ask in asks:
        with pytest.raises(ServiceError, match="StreamArn") as raised:
            ask()
        assert raised.value.code == "ValidationException"


def test_shards_after_one_that_nobody_knows_are_those_with_a_later_name() -> None:
    subject = Subject()
    arn = subject.stream.arn

    first = subject.data_plane.describe_stream(arn, "shardId-00000000000000000000-00000000")
    last = subject.data_plane.describe_stream(arn, "shardId-99999999999999999999-00000000")

    assert [len(page["StreamDescription"]["Shards"]) for page in (first, last)] == [1, 0]


def test_a_page_ends_before_it_exceeds_one_mebibyte() -> None:
    # GIVEN 20 records of 100,001 bytes
    subject = Subject()
    subject.insert(*(str(number).zfill(99_999) for number in range(20)))

    first, token = subject.get(subject.iterator("TRIM_HORIZON"))
    assert token is not None

    assert (len(first), len(subject.get(token)[0])) == (10, 10)


@pytest.mark.parametrize("read", [0, 1])
def test_an_iterator_whose_next_record_was_trimmed_is_refused(read: int) -> None:
    # GIVEN an iterator at the start of a shard, or in the middle
    subject = Subject()
    subject.insert("a", "b", "c", "d")
    subject.clock.advance(24 * HOUR - 60)
    token = subject.iterator("TRIM_HORIZON")
    if read:
        token = subject.get(token, limit=read)[1] or ""

    # WHEN the records after it leave before it is used
    subject.clock.advance(61)
    with pytest.raises(ServiceError) as raised:
        subject.get(token)

    assert raised.value.code == "TrimmedDataAccessException"


def test_an_iterator_at_the_end_loses_nothing_when_all_before_it_is_trimmed() -> None:
    subject = Subject()
    subject.insert("a", "b")
    subject.clock.advance(24 * HOUR - 60)
    token = subject.iterator("LATEST")
    subject.clock.advance(61)

    names, following = subject.get(token)

    assert (names, following is None) == ([], False)


def test_an_unknown_shard_is_named() -> None:
    subject = Subject()

    with pytest.raises(ServiceError) as raised:
        subject.data_plane.get_shard_iterator(subject.stream.arn, "shardId-0", "LATEST")

    assert (raised.value.code, "shardId-0" in raised.value.message) == ("ResourceNotFoundException", True)


def test_an_unknown_stream_is_named() -> None:
    with pytest.raises(ServiceError) as raised:
        Subject().data_plane.describe_stream("arn:aws:dynamodb:eu-north-1:000000000000:table/X/stream/1")

    # Text recorded on AWS (LocalStack's validated snapshot of DynamoDB Streams).
    assert raised.value.message == (
        "Requested resource not found: Stream: "
        "arn:aws:dynamodb:eu-north-1:000000000000:table/X/stream/1 not found"
    )


@pytest.mark.parametrize("iterator", ["", "nonsense", "arn:aws:dynamodb|1|nonsense"])
def test_a_malformed_iterator_is_refused(iterator: str) -> None:
    with pytest.raises(ServiceError) as raised:
        Subject().get(iterator)

    assert raised.value.code == "ValidationException"


def test_a_sequence_number_that_is_missing_is_asked_for() -> None:
    with pytest.raises(ServiceError) as raised:
        Subject().iterator("AT_SEQUENCE_NUMBER")

    assert (raised.value.code, "SequenceNumber" in raised.value.message) == ("ValidationException", True)


def test_streams_are_listed_by_table_and_page() -> None:
    # GIVEN a table whose stream was enabled twice
    subject = Subject()
    subject.stream.disable()
    second = subject.enable("2026-01-02T00:00:00.000")

    # THEN both are listed, page by page
    page = subject.data_plane.list_streams("Orders", limit=1)
    assert [stream["StreamLabel"] for stream in page["Streams"]] == ["2026-01-01T00:00:00.000"]
    rest: dict[str, Any] = subject.data_plane.list_streams("Orders", page["LastEvaluatedStreamArn"])
    assert rest == {
        "Streams": [
            {"StreamArn": second.arn, "TableName": "Orders", "StreamLabel": "2026-01-02T00:00:00.000"}
        ]
    }
    assert subject.data_plane.list_streams("Customers") == {"Streams": []}


def test_a_stream_disabled_for_a_day_is_forgotten() -> None:
    subject = Subject()
    subject.stream.disable()
    subject.clock.advance(24 * HOUR + 1)

    assert subject.data_plane.list_streams() == {"Streams": []}
