"""A reader goes on in the children of a shard that ends while it reads."""

from types import SimpleNamespace
from typing import Any

from notebooks.inside.shards import ChangeReader, KinesisReader


class FakeStream:
    """Two shards that end, with one child together; both APIs' methods."""

    def __init__(self) -> None:
        self.pages: dict[str, list[str]] = {"a": ["1"], "b": ["2"]}
        self.ended = False

    def describe_table(self, **_: Any) -> dict[str, Any]:
        return {"Table": {"LatestStreamArn": "arn"}}

    def describe_stream(self, ShardFilter: Any = None, **_: Any) -> dict[str, Any]:
        shards = [{"ShardId": "c"}] if ShardFilter else [{"ShardId": "a"}, {"ShardId": "b"}]
        return {"StreamDescription": {"Shards": shards}}

    def list_shards(self, **_: Any) -> dict[str, Any]:
        return {"Shards": [{"ShardId": name, "SequenceNumberRange": {}} for name in self.pages]}

    def get_shard_iterator(self, ShardId: str, ShardIteratorType: str, **_: Any) -> dict[str, Any]:
        assert ShardIteratorType == ("TRIM_HORIZON" if ShardId == "c" else "LATEST")
        return {"ShardIterator": ShardId}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:
        records, self.pages[ShardIterator] = self.pages.get(ShardIterator, []), []
        if self.ended and ShardIterator != "c":
            return {"Records": records, "ChildShards": [{"ShardId": "c", "ParentShards": ["a", "b"]}]}
        return {"Records": records, "NextShardIterator": ShardIterator}


def read_across_the_end(reader: Any, stream: FakeStream) -> list[str]:
    """Read, end the first shards, and read their child."""
    reader.read()
    stream.ended = True
    reader.read()
    stream.pages["c"] = ["3"]
    reader.read()
    return list(reader.records)


def test_the_changes_of_a_child_shard_are_read() -> None:
    stream = FakeStream()
    clients: Any = SimpleNamespace(streams=stream, dynamodb=stream)

    assert read_across_the_end(ChangeReader(clients), stream) == ["1", "2", "3"]


def test_the_records_of_a_child_shard_in_kinesis_are_read_once() -> None:
    stream = FakeStream()
    clients: Any = SimpleNamespace(kinesis=stream)

    assert read_across_the_end(KinesisReader(clients), stream) == ["1", "2", "3"]
