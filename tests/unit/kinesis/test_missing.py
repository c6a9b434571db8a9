"""What is not there: recorded on AWS by kinesalite, a stream that is read shard by shard is told of as a shard."""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.missing import StreamNotFoundError, stream_of_shard, stream_of_shards


def missing() -> str:
    raise StreamNotFoundError("orders", "000000000000")


IN_STREAM = "in stream orders under account 000000000000"


@pytest.mark.parametrize(
    ("shard_id", "message"),
    [
        ("shardId-2147483647", f"Shard shardId-002147483647 {IN_STREAM} does not exist"),
        ("0", f"Shard shardId-000000000000 {IN_STREAM} does not exist"),
        ("shardId-002147483648", f"Could not find shard shardId-002147483648 {IN_STREAM}."),
        ("ABKLFD8", f"Could not find shard ABKLFD8 {IN_STREAM}."),
        ("2.14E4", f"Could not find shard 2.14E4 {IN_STREAM}."),
    ],
)
def test_an_unknown_stream_is_told_of_as_a_shard_to_who_reads_one(shard_id: str, message: str) -> None:
    with pytest.raises(ServiceError) as raised:
        stream_of_shard(missing, shard_id)

    assert (raised.value.code, raised.value.message) == ("ResourceNotFoundException", message)


@pytest.mark.parametrize(
    ("shard_ids", "message"),
    [
        (("shardId-0", "shardId-1"), "Stream orders under account 000000000000 not found."),
        (("shardId-0", "2147483648"), f"Could not find shard 2147483648 {IN_STREAM}."),
        (("x", "y"), f"Could not find shard x {IN_STREAM}."),
    ],
)
def test_to_who_reshards_an_unknown_stream_it_is_named_after_the_identifiers(
    shard_ids: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        stream_of_shards(missing, *shard_ids)

    assert (raised.value.code, raised.value.message) == ("ResourceNotFoundException", message)


def test_a_stream_that_is_there_is_returned() -> None:
    assert stream_of_shard(lambda: "stream", "nonsense") == "stream"
    assert stream_of_shards(lambda: "stream", "nonsense") == "stream"
