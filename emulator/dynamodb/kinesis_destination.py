"""The Kinesis data stream that a table's changes are sent to."""

import base64
import hashlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.dynamodbstreams.image import image, size_bytes
from emulator.record_log import RecordLog

LOG = logging.getLogger(__name__)

RETENTION_SECONDS = 24 * 3600
# What has not been accepted yet may take this much memory.
MAXIMUM_BACKLOG_BYTES = 64 * 1024 * 1024
MAXIMUM_RECORDS_AT_ONCE = 500
MAXIMUM_BYTES_AT_ONCE = 4 * 1024 * 1024
RETRY_SECONDS = 1.0
MAXIMUM_RETRY_SECONDS = 60.0
UNITS_PER_SECOND = {"MILLISECOND": 1000, "MICROSECOND": 1_000_000}
# Kinesis says this of a record that it will never take.
_REFUSALS = frozenset({"ValidationException", "InvalidArgumentException"})

Attributes = Mapping[str, Mapping[str, Any]]


class PutRecordsClient(Protocol):
    """What is needed of a boto3-shaped client."""

    def put_records(self, *, Records: Sequence[dict[str, Any]], StreamARN: str) -> dict[str, Any]:
        """Write up to 500 records."""


class KinesisDestination:
    """Sends the changes of a table on, with both images, whatever the table's own stream shows.

    A change waits until Kinesis has accepted it, for up to 24 hours. DynamoDB's partition keys are opaque; here all
    changes of one item share a key, so that their order is kept.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html
    """

    def __init__(
        self,
        table_arn: str,
        key_names: Sequence[str],
        stream_arn: str,
        client: PutRecordsClient,
        precision: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.table_arn = table_arn
        self.table_name = table_arn.rpartition("/")[2]
        self.stream_arn = stream_arn
        self.precision = precision
        self.is_active = True
        self._region = table_arn.split(":")[3]
        self._key_names = list(key_names)
        self._client = client
        self._clock = clock
        self._backlog: RecordLog[dict[str, Any]] = RecordLog(
            RETENTION_SECONDS,
            MAXIMUM_BACKLOG_BYTES,
            name=self.route,
            limited="what waits for a data stream",
            remedy="they are never sent: see above what PutRecords answered, or give the data stream more shards",
        )
        self._sent_position = 0
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._predecessors: list[KinesisDestination] = []
        self._on_end: Callable[[KinesisDestination], None] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"dynamodb-kinesis-{self.table_name}", daemon=True
        )

    @property
    def status(self) -> str:
        """ACTIVE or DISABLED."""
        return "ACTIVE" if self.is_active else "DISABLED"

    @property
    def route(self) -> str:
        """From which table to which data stream changes are sent."""
        return f"{self.table_arn} to {self.stream_arn}"

    @property
    def has_ended(self) -> bool:
        """Whether the last change was sent or given up."""
        return self._ended.is_set()

    def start(
        self,
        predecessors: Sequence["KinesisDestination"] = (),
        on_end: Callable[["KinesisDestination"], None] | None = None,
    ) -> None:
        """Begin to send, after the predecessors: whoever is told of their end must call `wake`."""
        self._predecessors = list(predecessors)
        self._on_end = on_end
        self._thread.start()

    def wake(self) -> None:
        """Look whether there is something to do."""
        self._wake.set()

    def disable(self) -> None:
        """Take no more changes; those that wait are still sent."""
        self.is_active = False
        self.wake()

    def stop(self) -> None:
        """End after the request in flight."""
        self._stopped.set()
        self.disable()

    def join(self) -> None:
        """Wait for the end."""
        if self._thread.is_alive():
            self._thread.join()

    def record(
        self, old: Attributes | None, new: Attributes | None, user_identity: Mapping[str, str] | None = None
    ) -> None:
        """Take the change from one image to the other; a write that changes nothing is not sent."""
        old_image = image(old) if old is not None else None
        new_image = image(new) if new is not None else None
        present = new_image if new_image is not None else old_image
        if present is None or old_image == new_image or not self.is_active:
            return
        now = self._clock()
        images: dict[str, Any] = {"Keys": {name: present[name] for name in self._key_names}}
        if new_image is not None:
            images["NewImage"] = new_image
        if old_image is not None:
            images["OldImage"] = old_image
        precision = self.precision or "MILLISECOND"
        change = {
            "ApproximateCreationDateTime": int(now * UNITS_PER_SECOND[precision]),
            **images,
            "SizeBytes": sum(size_bytes(part) for part in images.values()),
        }
        if self.precision is not None:
            change["ApproximateCreationDateTimePrecision"] = precision
        body = {
            "awsRegion": self._region,
            "eventID": str(uuid.uuid4()),
            "eventName": "INSERT" if old_image is None else "REMOVE" if new_image is None else "MODIFY",
            "userIdentity": _on_the_wire(user_identity),
            "recordFormat": "application/json",
            "tableName": self.table_name,
            "dynamodb": change,
            "eventSource": "aws:dynamodb",
        }
        data = _json(body)
        partition_key = hashlib.md5(_json(images["Keys"]), usedforsecurity=False).hexdigest()
        self._backlog.append({"Data": data, "PartitionKey": partition_key}, len(data), now)
        self._wake.set()

    def send(self) -> bool:
        """Send what waits, a request at a time, and tell whether Kinesis accepted all of it."""
        while not self._stopped.is_set():
            self._backlog.trim(self._clock())
            records, position = self._backlog.read(
                self._sent_position, MAXIMUM_RECORDS_AT_ONCE, MAXIMUM_BYTES_AT_ONCE
            )
            if not records:
                return True
            if not self._put(records):
                return False
            self._sent_position = position
            self._backlog.forget(position)
        return False

    def _put(self, records: list[dict[str, Any]]) -> bool:
        """Send records, again and again those of them that were not accepted, unless none was."""
        while records:
            try:
                results = self._client.put_records(Records=records, StreamARN=self.stream_arn)["Records"]
            except (ClientError, BotoCoreError) as error:
                code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
                if code == "ResourceNotFoundException" and not self.is_active:
                    LOG.error("%s: %s is gone; its last changes are lost", self.table_name, self.stream_arn)
                    return True
                if code not in _REFUSALS:
                    LOG.warning("%s: changes wait for %s: %s", self.table_name, self.stream_arn, error)
                    return False
                if len(records) == 1:
                    LOG.error("%s: %s refused a change: %s", self.table_name, self.stream_arn, error)
                    return True
                return all(self._put([record]) for record in records)
            failed = _refused(records, results)
            if failed and self._stopped.wait(RETRY_SECONDS):
                return False
            records = failed
        return True

    def _run(self) -> None:
        try:
            self._send_until_the_end()
        finally:
            self._ended.set()
            if self._on_end is not None:
                self._on_end(self)

    def _send_until_the_end(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            self._wake.wait()
            self._wake.clear()
            if not all(predecessor.has_ended for predecessor in self._predecessors):
                continue
            self._predecessors = []
            # Read before sending: a change may come just before the destination is disabled.
            is_last = not self.is_active
            try:
                done = self.send()
            except Exception:
                LOG.exception("%s: sending to %s failed and is tried again", self.table_name, self.stream_arn)
                done = False
            if done and is_last:
                return
            failures = 0 if done else failures + 1
            if failures:
                self._stopped.wait(min(RETRY_SECONDS * 2.0 ** min(failures - 1, 10), MAXIMUM_RETRY_SECONDS))
                self._wake.set()


def _refused(records: list[dict[str, Any]], results: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the records to be sent again: those refused, and what followed them of the same item.

    An accepted record that followed a refused one of its item is sent twice, so that the last one there is the newest.
    """
    failed: list[dict[str, Any]] = []
    items: set[str] = set()
    for record, result in zip(records, results, strict=True):
        if "ErrorCode" in result or record["PartitionKey"] in items:
            items.add(record["PartitionKey"])
            failed.append(record)
    return failed


def _on_the_wire(identity: Mapping[str, str] | None) -> dict[str, str] | None:
    if identity is None:
        return None
    return {name[0].lower() + name[1:]: value for name, value in identity.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, default=_base64, ensure_ascii=False, separators=(",", ":")).encode()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
