"""Reads the two streams from now on: the table's, and Kinesis."""

from typing import TYPE_CHECKING, Any

from bootstrap import names

from .clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef as ChangeRecord
    from mypy_boto3_kinesis.type_defs import RecordTypeDef as KinesisRecord


class ChangeReader:
    """Reads the table's stream; `records` are as GetRecords returns them."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.streams
        self.records: list[ChangeRecord] = []
        self._iterators: list[str] = []
        arn = clients.dynamodb.describe_table(TableName=names.TABLE_NAME)["Table"]["LatestStreamArn"]
        description = self._client.describe_stream(StreamArn=arn)["StreamDescription"]
        for shard in description.get("Shards", []):
            if "EndingSequenceNumber" not in shard.get("SequenceNumberRange", {}):
                answer = self._client.get_shard_iterator(
                    StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
                )
                self._iterators.append(answer["ShardIterator"])

    def read(self) -> None:
        """Take what is new."""
        following = []
        for iterator in self._iterators:
            page = self._client.get_records(ShardIterator=iterator)
            self.records += page["Records"]
            if page.get("NextShardIterator"):
                following.append(page["NextShardIterator"])
        self._iterators = following


class KinesisReader:
    """Reads the Kinesis stream; `records` are as GetRecords returns them."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.kinesis
        self.records: list[KinesisRecord] = []
        self._iterators: list[str] = []
        for shard in self._client.list_shards(StreamName=names.STREAM_NAME)["Shards"]:
            if "EndingSequenceNumber" not in shard["SequenceNumberRange"]:
                answer: Any = self._client.get_shard_iterator(
                    StreamName=names.STREAM_NAME, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
                )
                self._iterators.append(answer["ShardIterator"])

    def read(self) -> None:
        """Take what is new."""
        following = []
        for iterator in self._iterators:
            page = self._client.get_records(ShardIterator=iterator)
            self.records += page["Records"]
            if page.get("NextShardIterator"):
                following.append(page["NextShardIterator"])
        self._iterators = following
