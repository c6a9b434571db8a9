"""Bringing a pipe's log records to CloudWatch Logs, Firehose and S3."""

import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.json_data import utf8
from emulator.pipes.log_configuration import LogConfiguration, S3LogDestination

LOG = logging.getLogger(__name__)

Clients = Callable[[str], Any]
# Records that wait for the next publication; a pipe never waits for its log.
MAXIMUM_WAITING = 10_000
MAXIMUM_WAITING_BYTES = 16 * 1024 * 1024
# One PutLogEvents takes 1 MiB with 26 bytes for each event; one PutRecordBatch takes 500 records and 4 MiB.
_MAXIMUM_REQUEST_BYTES = 1024 * 1024
_EVENT_OVERHEAD_BYTES = 26
_MAXIMUM_RECORDS = 500


class LogDelivery:
    """Records of one pipe on their way; what a destination refuses is told in the emulator's own log.

    The log group, the delivery stream or the bucket must exist. How AWS names the log stream, and the objects in a
    bucket, is not documented: here the log stream has the pipe's name, and an object is named by time.
    """

    def __init__(
        self,
        *,
        pipe_name: str,
        account_id: str,
        region: str,
        configuration: LogConfiguration,
        clients: Clients,
    ) -> None:
        self.configuration = configuration
        self._pipe_name = pipe_name
        self._account_id = account_id
        self._region = region
        self._clients = clients
        self._waiting: deque[tuple[float, str]] = deque()
        self._waiting_bytes = 0
        self._lost = 0
        self._lock = threading.Lock()

    def add(self, now: float, record: str) -> None:
        """Take a record; beyond 10,000 that wait, or 16 MiB, the oldest are given up and counted."""
        with self._lock:
            self._waiting.append((now, record))
            self._waiting_bytes += len(record)
            while len(self._waiting) > MAXIMUM_WAITING or self._waiting_bytes > MAXIMUM_WAITING_BYTES:
                self._waiting_bytes -= len(self._waiting.popleft()[1])
                self._lost += 1

    def publish(self) -> None:
        """Send every record that waits to each destination."""
        with self._lock:
            records, self._waiting, self._waiting_bytes = list(self._waiting), deque(), 0
            lost, self._lost = self._lost, 0
        if lost:
            LOG.warning("%s: %d log records came faster than they could be logged", self._pipe_name, lost)
        if not records:
            return
        if self.configuration.log_group_arn is not None:
            self._attempt("the log group", self._to_log_group, self.configuration.log_group_arn, records)
        if self.configuration.delivery_stream_arn is not None:
            arn = self.configuration.delivery_stream_arn
            self._attempt("the delivery stream", self._to_delivery_stream, arn, records)
        if self.configuration.s3 is not None:
            self._attempt("the bucket", self._to_bucket, self.configuration.s3, records)

    def _attempt(
        self, what: str, send: Callable[..., None], destination: Any, records: Sequence[tuple[float, str]]
    ) -> None:
        try:
            send(destination, records)
        except (ClientError, BotoCoreError) as error:
            LOG.warning("%s: %d log records did not reach %s: %s", self._pipe_name, len(records), what, error)

    def _to_log_group(self, arn: str, records: Sequence[tuple[float, str]]) -> None:
        logs = self._clients("logs")
        group = arn.split(":log-group:", 1)[-1].removesuffix(":*")
        try:
            logs.create_log_stream(logGroupName=group, logStreamName=self._pipe_name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        for part in _parts(records):
            logs.put_log_events(
                logGroupName=group,
                logStreamName=self._pipe_name,
                logEvents=[{"timestamp": round(now * 1000), "message": record} for now, record in part],
            )

    def _to_delivery_stream(self, arn: str, records: Sequence[tuple[float, str]]) -> None:
        firehose = self._clients("firehose")
        name = arn.rpartition("/")[2]
        for part in _parts(records):
            answer = firehose.put_record_batch(
                DeliveryStreamName=name, Records=[{"Data": utf8(f"{record}\n")} for _, record in part]
            )
            if refused := answer.get("FailedPutCount"):
                LOG.warning("%s: the delivery stream refused %d log records", self._pipe_name, refused)

    def _to_bucket(self, bucket: S3LogDestination, records: Sequence[tuple[float, str]]) -> None:
        moment = datetime.fromtimestamp(records[0][0], UTC)
        place = f"AWSLogs/{self._account_id}/pipes/{self._region}/{self._pipe_name}"
        self._clients("s3").put_object(
            Bucket=bucket.bucket_name,
            Key=f"{bucket.prefix or ''}{place}/{moment:%Y/%m/%d/%H}/{moment:%Y%m%dT%H%M%SZ}-{uuid.uuid4()}.log",
            Body=utf8("".join(f"{record}\n" for _, record in records)),
        )


def _parts(records: Sequence[tuple[float, str]]) -> Iterator[list[tuple[float, str]]]:
    """Cut records into requests that every destination takes."""
    part: list[tuple[float, str]] = []
    part_bytes = 0
    for now, record in records:
        size_bytes = len(utf8(record)) + _EVENT_OVERHEAD_BYTES
        if part and (len(part) == _MAXIMUM_RECORDS or part_bytes + size_bytes > _MAXIMUM_REQUEST_BYTES):
            yield part
            part, part_bytes = [], 0
        part.append((now, record))
        part_bytes += size_bytes
    if part:
        yield part
