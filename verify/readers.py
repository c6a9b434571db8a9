"""Reads the evidence through the AWS API; each reader returns only what is new since its last call."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from bootstrap import names
from verify.evidence import Change, DeadLetter, Failure, KinesisRecord, Row
from verify.parsing import change_from, dead_letter_from, failures_from, kinesis_record_from, rows_from

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef, MessageTypeDef

CONCURRENT_READS = 8
# An empty page does not end an open shard of a table's stream; this many in a row is taken as its end.
EMPTY_PAGES_AT_END = 3
# Longest time a dead letter stays hidden should this program die while it reads.
DEAD_LETTER_VISIBILITY_SECONDS = 30


class StreamReader:
    """Reads the table's stream, every shard from its trim horizon on.

    The position is the last sequence number per shard; a shard iterator is used once and forgotten.
    """

    def __init__(self, client: "DynamoDBStreamsClient", stream_arn: str) -> None:
        self._client = client
        self._stream_arn = stream_arn
        self._positions: dict[str, str] = {}

    def read(self, until: datetime) -> Iterator[Change]:
        """Yield what is new; a shard that is written to faster than it is read is read as far as `until`."""
        for shard_id in self._shard_ids():
            yield from self._read_shard(shard_id, until)

    def _shard_ids(self) -> list[str]:
        shard_ids: list[str] = []
        description = self._client.describe_stream(StreamArn=self._stream_arn)["StreamDescription"]
        while True:
            shard_ids += [shard["ShardId"] for shard in description.get("Shards", [])]
            last = description.get("LastEvaluatedShardId")
            if last is None:
                return shard_ids
            description = self._client.describe_stream(
                StreamArn=self._stream_arn, ExclusiveStartShardId=last
            )["StreamDescription"]

    def _read_shard(self, shard_id: str, until: datetime) -> Iterator[Change]:
        position = self._positions.get(shard_id)
        iterator: str | None = (
            self._client.get_shard_iterator(
                StreamArn=self._stream_arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
            )
            if position is None
            else self._client.get_shard_iterator(
                StreamArn=self._stream_arn,
                ShardId=shard_id,
                ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                SequenceNumber=position,
            )
        )["ShardIterator"]
        empty_pages = 0
        while iterator is not None and empty_pages < EMPTY_PAGES_AT_END:
            page = self._client.get_records(ShardIterator=iterator)
            empty_pages = 0 if page["Records"] else empty_pages + 1
            for record in page["Records"]:
                self._positions[shard_id] = record["dynamodb"]["SequenceNumber"]
                yield change_from(record, shard_id)
            if page["Records"] and page["Records"][-1]["dynamodb"]["ApproximateCreationDateTime"] >= until:
                return
            iterator = page.get("NextShardIterator")


class KinesisReader:
    """Reads the Kinesis stream, every shard from its trim horizon on, by position as `StreamReader` does."""

    def __init__(self, client: "KinesisClient", stream_name: str) -> None:
        self._client = client
        self._stream_name = stream_name
        self._positions: dict[str, str] = {}

    def read(self) -> Iterator[KinesisRecord]:
        pages = self._client.get_paginator("list_shards").paginate(StreamName=self._stream_name)
        for shard_id in [shard["ShardId"] for page in pages for shard in page["Shards"]]:
            yield from self._read_shard(shard_id)

    def _read_shard(self, shard_id: str) -> Iterator[KinesisRecord]:
        position = self._positions.get(shard_id)
        iterator: str | None = (
            self._client.get_shard_iterator(
                StreamName=self._stream_name, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
            )
            if position is None
            else self._client.get_shard_iterator(
                StreamName=self._stream_name,
                ShardId=shard_id,
                ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                StartingSequenceNumber=position,
            )
        )["ShardIterator"]
        while iterator is not None:
            page = self._client.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                self._positions[shard_id] = record["SequenceNumber"]
                yield kinesis_record_from(record, shard_id)
            iterator = page.get("NextShardIterator")
            if page.get("MillisBehindLatest", 0) == 0:
                return


class BucketReader:
    """Reads the objects under the two prefixes, each of them once (Firehose never changes one), several at a time."""

    def __init__(self, client: "S3Client", bucket_name: str) -> None:
        self._client = client
        self._bucket_name = bucket_name
        self._read_keys: set[str] = set()

    def read_rows(self) -> list[Row]:
        return [row for body, time in self._read(names.ORDERS_PREFIX) for row in rows_from(body, time)]

    def read_failures(self) -> list[Failure]:
        return [item for body, time in self._read(names.ERRORS_PREFIX) for item in failures_from(body, time)]

    def _read(self, prefix: str) -> list[tuple[bytes, datetime]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket_name, Prefix=prefix
        )
        objects = {
            item["Key"]: item["LastModified"]
            for page in pages
            for item in page.get("Contents", [])
            if item["Key"] not in self._read_keys
        }
        with ThreadPoolExecutor(CONCURRENT_READS, thread_name_prefix="verify-s3") as pool:
            bodies = list(pool.map(self._get, objects))
        self._read_keys.update(objects)
        return list(zip(bodies, objects.values(), strict=True))

    def _get(self, key: str) -> bytes:
        return self._client.get_object(Bucket=self._bucket_name, Key=key)["Body"].read()


class DeadLetterReader:
    """Looks at the messages of the dead-letter queue and leaves every one of them there.

    SQS has no way to look at a message without receiving it: each is hidden for a moment and made visible again.
    """

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._read_message_ids: set[str] = set()

    def read(self) -> Iterator[DeadLetter]:
        received: dict[str, MessageTypeDef] = {}
        expected = self._message_count()
        try:
            while len(received) < expected:
                page = {message["MessageId"]: message for message in self._receive()}
                if page.keys() <= received.keys():
                    break
                received |= page
        finally:
            self._make_visible(received.values())
        for message_id, message in received.items():
            if message_id not in self._read_message_ids:
                self._read_message_ids.add(message_id)
                yield dead_letter_from(message["Body"])

    def _message_count(self) -> int:
        attributes = self._client.get_queue_attributes(
            QueueUrl=self._queue_url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    def _receive(self) -> list["MessageTypeDef"]:
        # Waiting makes SQS ask all of its servers.
        answer = self._client.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=DEAD_LETTER_VISIBILITY_SECONDS,
            WaitTimeSeconds=1,
        )
        return answer.get("Messages", [])

    def _make_visible(self, messages: Iterable["MessageTypeDef"]) -> None:
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
            for number, message in enumerate(messages)
        ]
        for start in range(0, len(entries), 10):
            self._client.change_message_visibility_batch(
                QueueUrl=self._queue_url, Entries=entries[start : start + 10]
            )
