"""The shards of the data stream that is the source: parents are read before their children."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from emulator.firehose.client import KinesisClient
from emulator.firehose.shard import Shard

LOG = logging.getLogger(__name__)

_PARENTS = ("ParentShardId", "AdjacentParentShardId")


class DataStreamReplacedError(Exception):
    """The data stream was deleted, and another one has its name."""


class ShardLineage:
    """Keeps every shard that Kinesis lists, or that has records which are not settled.

    https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
    """

    def __init__(self, stream_arn: str) -> None:
        self._stream_arn = stream_arn
        self._shards: dict[str, Shard] = {}

    def __getitem__(self, shard_id: str) -> Shard:
        return self._shards[shard_id]

    def __iter__(self) -> Iterator[Shard]:
        return iter(list(self._shards.values()))

    def readable(self) -> list[Shard]:
        """Return the shards that have not ended, but whose parents have."""
        return [
            shard
            for shard in self._shards.values()
            if not shard.ended
            and all(self._shards[name].ended for name in shard.parents if name in self._shards)
        ]

    def update(self, listed: Sequence[Mapping[str, Any]]) -> None:
        """Take what ListShards returned; shards that are not in it and are done with are forgotten.

        The first listing tells what there was at creation; shards that come later are read from their beginning.

        Raises:
            DataStreamReplacedError: these are the shards of another data stream; nothing was changed.
        """
        if self._shards and not self._is_same(listed):
            raise DataStreamReplacedError(f"{self._stream_arn} was deleted and created again")
        position: Literal["LATEST", "TRIM_HORIZON"] = "TRIM_HORIZON" if self._shards else "LATEST"
        for entry in listed:
            shard_id = entry["ShardId"]
            if shard_id in self._shards:
                self._shards[shard_id].missing = False
            else:
                self._shards[shard_id] = Shard(shard_id, _parents(entry), _start(entry), position)
        self._forget({entry["ShardId"] for entry in listed})

    def _is_same(self, listed: Sequence[Mapping[str, Any]]) -> bool:
        known = [entry for entry in listed if entry["ShardId"] in self._shards]
        if known:
            return all(_start(entry) == self[entry["ShardId"]].starting_sequence_number for entry in known)
        return any(_parents(entry) & self._shards.keys() for entry in listed)

    def _forget(self, listed: set[str]) -> None:
        for shard in [shard for shard in self if shard.shard_id not in listed]:
            if shard.missing and not shard.ended:
                LOG.warning("%s: %s is gone before it was read to its end", self._stream_arn, shard.shard_id)
                shard.ended = True
            if shard.ended and not len(shard.checkpoint):
                del self._shards[shard.shard_id]


def list_shards(client: KinesisClient, stream_arn: str) -> list[Mapping[str, Any]]:
    """Return every page of ListShards."""
    page = client.list_shards(StreamARN=stream_arn)
    listed = list(page["Shards"])
    while page.get("NextToken"):
        page = client.list_shards(NextToken=page["NextToken"])
        listed += page["Shards"]
    return listed


def _parents(entry: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(entry[key] for key in _PARENTS if entry.get(key))


def _start(entry: Mapping[str, Any]) -> str | None:
    start: str | None = entry.get("SequenceNumberRange", {}).get("StartingSequenceNumber")
    return start
