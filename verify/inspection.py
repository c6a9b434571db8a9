"""Collects the evidence of the whole chain, again and again while the buffers drain."""

from datetime import UTC, datetime

import boto3
from botocore.config import Config

from bootstrap import names
from verify.chain import (
    chain_from,
    describe_delivery_stream,
    describe_pipe,
    freshness,
    metric_sum,
    resource,
    stream_arn,
)
from verify.evidence import Evidence
from verify.readers import CONCURRENT_READS, BucketReader, DeadLetterReader, KinesisReader, StreamReader

CLIENT_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=CONCURRENT_READS,
)


class Inspection:
    """Holds the readers and what they have found.

    Making one looks every resource up.

    Raises:
        VerifyError: a resource is missing.
    """

    def __init__(self, session: boto3.Session) -> None:
        self._pipes = session.client("pipes", config=CLIENT_CONFIG)
        self._firehose = session.client("firehose", config=CLIENT_CONFIG)
        self._cloudwatch = session.client("cloudwatch", config=CLIENT_CONFIG)
        kinesis = session.client("kinesis", config=CLIENT_CONFIG)
        s3 = session.client("s3", config=CLIENT_CONFIG)
        sqs = session.client("sqs", config=CLIENT_CONFIG)

        # In the order of the chain, so that the first missing resource is the one that is named.
        with resource(f"table {names.TABLE_NAME}"):
            dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
            dynamodb.describe_table(TableName=names.TABLE_NAME)
        pipe = describe_pipe(self._pipes)
        source_arn = stream_arn(dynamodb, pipe)
        with resource(f"stream {names.STREAM_NAME}"):
            kinesis.describe_stream_summary(StreamName=names.STREAM_NAME)
        delivery_stream = describe_delivery_stream(self._firehose)
        with resource(f"bucket {names.BUCKET_NAME}"):
            s3.head_bucket(Bucket=names.BUCKET_NAME)
        with resource(f"queue {names.DEAD_LETTER_QUEUE_NAME}"):
            queue_url = sqs.get_queue_url(QueueName=names.DEAD_LETTER_QUEUE_NAME)["QueueUrl"]

        self.evidence = Evidence(chain=chain_from(pipe, delivery_stream))
        self._stream_reader = StreamReader(
            session.client("dynamodbstreams", config=CLIENT_CONFIG), source_arn
        )
        self._kinesis_reader = KinesisReader(kinesis, names.STREAM_NAME)
        self._bucket_reader = BucketReader(s3, names.BUCKET_NAME)
        self._dead_letter_reader = DeadLetterReader(sqs, queue_url)

    def collect(self) -> datetime:
        """Read what is new everywhere and return the time as of which the evidence is complete.

        Each hop is read before the next, so that what left one of them meanwhile is found further on; the table's
        stream is read once more at the end, so that nothing found on the way lacks its change.
        """
        now = datetime.now(UTC)
        evidence = self.evidence
        evidence.changes += self._stream_reader.read(until=now)
        evidence.dead_letters += self._dead_letter_reader.read()
        evidence.kinesis_records += self._kinesis_reader.read()
        evidence.failures += self._bucket_reader.read_failures()
        evidence.rows += self._bucket_reader.read_rows()
        pipe, delivery_stream = describe_pipe(self._pipes), describe_delivery_stream(self._firehose)
        evidence.chain = chain_from(pipe, delivery_stream)
        since = delivery_stream["CreateTimestamp"]
        evidence.processed = metric_sum(self._cloudwatch, "SucceedProcessing.Records", since, now)
        evidence.delivered = metric_sum(self._cloudwatch, "DeliveryToS3.Records", since, now)
        evidence.held_for = freshness(self._cloudwatch, now)
        evidence.changes += self._stream_reader.read(until=datetime.now(UTC))
        return now
