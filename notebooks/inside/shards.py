"""Reads the two streams from now on: the table's, and Kinesis."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bootstrap import names

from .clients import Clients


class _Reader:
    """Reads shards and then their children; `records` are as GetRecords returns them."""

    def __init__(self, get_records: Callable[..., Any], iterators: Mapping[str, str]) -> None:
        self.records: list[Any] = []
        self._get_records = get_records
        self._iterators = dict(iterators)
        self._known = set(iterators)

    def read(self) -> None:
        """Take what is new."""
        following = {}
        for shard_id, iterator in self._iterators.items():
            page = self._get_records(ShardIterator=iterator)
            self.records += page["Records"]
            if page.get("NextShardIterator"):
                following[shard_id] = page["NextShardIterator"]
                continue
            for child in self._children(shard_id, page):
                if child not in self._known:  # a merged shard has two parents
                    self._known.add(child)
                    following[child] = self._iterator(child, "TRIM_HORIZON")
        self._iterators = following

    def _children(self, shard_id: str, page: Any) -> Iterable[str]:
        """Return the shards that go on after one that has been read to its end."""
        raise NotImplementedError

    def _iterator(self, shard_id: str, iterator_type: Any) -> str:
        """Return a shard iterator."""
        raise NotImplementedError


class ChangeReader(_Reader):
    """Reads the open shards of the table's stream."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.streams
        self._arn = clients.dynamodb.describe_table(TableName=names.TABLE_NAME)["Table"]["LatestStreamArn"]
        shards = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"].get("Shards", [])
        super().__init__(
            self._client.get_records,
            {
                shard["ShardId"]: self._iterator(shard["ShardId"], "LATEST")
                for shard in shards
                if "EndingSequenceNumber" not in shard.get("SequenceNumberRange", {})
            },
        )

    def _children(self, shard_id: str, page: Any) -> Iterable[str]:
        description = self._client.describe_stream(
            StreamArn=self._arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": shard_id}
        )["StreamDescription"]
        return [shard["ShardId"] for shard in description.get("Shards", [])]

    def _iterator(self, shard_id: str, iterator_type: Any) -> str:
        return self._client.get_shard_iterator(
            StreamArn=self._arn, ShardId=shard_id, ShardIteratorType=iterator_type
        )["ShardIterator"]


class KinesisReader(_Reader):
    """Reads the open shards of the Kinesis stream."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.kinesis
        super().__init__(
            self._client.get_records,
            {
                shard["ShardId"]: self._iterator(shard["ShardId"], "LATEST")
                for shard in self._client.list_shards(StreamName=names.STREAM_NAME)["Shards"]
                if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
            },
        )

    def _children(self, shard_id: str, page: Any) -> Iterable[str]:
        return [child["ShardId"] for child in page.get("ChildShards", [])]

    def _iterator(self, shard_id: str, iterator_type: Any) -> str:
        return self._client.get_shard_iterator(
            StreamName=names.STREAM_NAME, ShardId=shard_id, ShardIteratorType=iterator_type
        )["ShardIterator"]
