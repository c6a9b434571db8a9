"""Reads the two streams from now on: the table's, and Kinesis."""

from collections.abc import Callable, Iterable
from typing import Any

from bootstrap import names

from .clients import Clients


class _Reader:
    """Reads shards; `records` are as GetRecords returns them."""

    def __init__(self, get_records: Callable[..., Any], iterators: Iterable[str]) -> None:
        self.records: list[Any] = []
        self._get_records = get_records
        self._iterators = list(iterators)

    def read(self) -> None:
        """Take what is new."""
        following = []
        for iterator in self._iterators:
            page = self._get_records(ShardIterator=iterator)
            self.records += page["Records"]
            if page.get("NextShardIterator"):
                following.append(page["NextShardIterator"])
        self._iterators = following


class ChangeReader(_Reader):
    """Reads the open shards of the table's stream."""

    def __init__(self, clients: Clients) -> None:
        client = clients.streams
        arn = clients.dynamodb.describe_table(TableName=names.TABLE_NAME)["Table"]["LatestStreamArn"]
        shards = client.describe_stream(StreamArn=arn)["StreamDescription"].get("Shards", [])
        super().__init__(
            client.get_records,
            [
                client.get_shard_iterator(
                    StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
                )["ShardIterator"]
                for shard in shards
                if "EndingSequenceNumber" not in shard.get("SequenceNumberRange", {})
            ],
        )


class KinesisReader(_Reader):
    """Reads the open shards of the Kinesis stream."""

    def __init__(self, clients: Clients) -> None:
        client = clients.kinesis
        super().__init__(
            client.get_records,
            [
                client.get_shard_iterator(
                    StreamName=names.STREAM_NAME, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
                )["ShardIterator"]
                for shard in client.list_shards(StreamName=names.STREAM_NAME)["Shards"]
                if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
            ],
        )
