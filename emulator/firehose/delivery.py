"""The second stage: a destination's buffer and the objects made from it."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.buffer import Buffer
from emulator.firehose.client import S3Client
from emulator.firehose.clock import Clock, backoff
from emulator.firehose.compression import compress, content_encoding, extension
from emulator.firehose.configuration import Configuration, DeliveryStreamIdentity, S3Destination
from emulator.firehose.error_log import ErrorLog
from emulator.firehose.metric import Metrics
from emulator.firehose.prefix import object_key
from emulator.firehose.record import ErrorOutputType, OutputRecord, Record

LOG = logging.getLogger(__name__)

_FIRST_RETRY_SECONDS = 0.5
_MAXIMUM_RETRY_SECONDS = 10.0


class Output(Enum):
    """What the objects of a delivery hold; the value is the beginning of their metrics' names."""

    DATA = "DeliveryToS3"
    ERRORS = "errors"
    BACKUP = "BackupToS3"

    def destination(self, configuration: Configuration) -> S3Destination:
        """Return where the objects go."""
        if self is Output.BACKUP and configuration.backup is not None:
            return configuration.backup
        return configuration.destination

    @property
    def error_output_type(self) -> ErrorOutputType | None:
        """What `!{firehose:error-output-type}` stands for; None for objects that are no errors."""
        return "processing-failed" if self is Output.ERRORS else None


@dataclass(slots=True)
class _Object:
    """An object that was made and is not yet in S3."""

    configuration: Configuration
    records: list[OutputRecord]
    size_bytes: int
    arguments: dict[str, Any]
    oldest_arrival: int
    attempts: int = 0
    retry_at: float = 0.0


class Delivery:
    """Buffers output and writes it to S3, for as long as it takes: nothing is forgotten before S3 accepted it.

    One thread at a time may call `run`; `add` may be called by any. Error objects hold JSON lines and are
    never compressed; whether AWS compresses them is not known.

    https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html
    """

    def __init__(
        self,
        output: Output,
        identity: DeliveryStreamIdentity,
        configuration: Configuration,
        client: S3Client,
        clock: Clock,
        metrics: Metrics,
        error_log: ErrorLog,
        settle: Callable[[Sequence[Record]], None],
    ) -> None:
        self._output = output
        self._identity = identity
        self._configuration = configuration
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._error_log = error_log
        self._settle = settle
        self._buffer: Buffer[OutputRecord] = Buffer(output.destination(configuration).buffering_hints)
        self._lock = threading.Lock()
        self._object: _Object | None = None

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def size_bytes(self) -> int:
        """Size of the output that is not yet in S3."""
        return self._buffer.size_bytes

    @property
    def oldest_arrival(self) -> int | None:
        """When the oldest record held here arrived, in epoch milliseconds; None if there is none."""
        with self._lock:
            first = self._buffer.first()
        return None if first is None else first.source.approximate_arrival_timestamp

    def configure(self, configuration: Configuration) -> None:
        """Take new settings; an object that S3 keeps refusing is made again under them."""
        with self._lock:
            self._configuration = configuration
            self._buffer.hints = self._output.destination(configuration).buffering_hints

    def add(self, records: Sequence[OutputRecord]) -> bool:
        """Buffer output and tell whether `run` has something new to wait for."""
        now = self._clock.monotonic()
        with self._lock:
            was_empty = not self._buffer
            for record in records:
                self._buffer.add(record, len(record.data), now)
            return was_empty or self._buffer.due(now)

    def clear(self) -> None:
        """Forget everything, as deleting the delivery stream does."""
        with self._lock:
            self._buffer.clear()
            self._object = None

    def run(self, *, draining: bool = False) -> float | None:
        """Deliver what is due, or everything when draining; return when to be called again, if nothing is added."""
        while True:
            pending = self._object
            if pending is not None and pending.configuration is not self._configuration:
                pending = self._object = None
            if pending is None:
                with self._lock:
                    if not draining and not self._buffer.due(self._clock.monotonic()):
                        return self._buffer.due_at()
                    records, configuration = self._buffer.take(), self._configuration
                if not records:
                    return None
                pending = self._object = self._make(records, configuration)
            if pending.retry_at > self._clock.monotonic():
                return pending.retry_at
            self._deliver(pending)

    def _make(self, records: list[OutputRecord], configuration: Configuration) -> _Object:
        destination = self._output.destination(configuration)
        error_output_type = self._output.error_output_type
        oldest_arrival = min(record.source.approximate_arrival_timestamp for record in records)
        delimiter = b"\n" if configuration.append_delimiter and self._output is Output.DATA else b""
        body = delimiter.join([record.data for record in records])
        compression_format = "UNCOMPRESSED" if error_output_type else destination.compression_format
        ending = "" if error_output_type else extension(compression_format, destination.file_extension)
        arguments: dict[str, Any] = {
            "Bucket": destination.bucket_name,
            "Key": object_key(
                self._identity.name, configuration, destination, oldest_arrival, error_output_type, ending
            ),
            "Body": compress(body, compression_format),
            "ContentType": "application/octet-stream",
        }
        if encoding := content_encoding(compression_format):
            arguments["ContentEncoding"] = encoding
        if destination.kms_key_arn:
            arguments |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": destination.kms_key_arn}
        return _Object(configuration, records, len(body), arguments, oldest_arrival)

    def _deliver(self, pending: _Object) -> None:
        """Make one attempt to write an object.

        1. Put it. 2. If S3 refuses, keep everything and come back later, under the same key.
        3. Forget the records. 4. Settle them with their source. 5. Count them.
        """
        # Step 1
        pending.attempts += 1
        try:
            self._client.put_object(**pending.arguments)
        except (ClientError, BotoCoreError) as error:
            # Step 2
            wait = backoff(pending.attempts, _FIRST_RETRY_SECONDS, _MAXIMUM_RETRY_SECONDS)
            pending.retry_at = self._clock.monotonic() + wait
            self._refused(pending, error)
            return
        # Step 3
        with self._lock:
            # Deleting the delivery stream may have emptied the buffer meanwhile.
            self._buffer.forget(min(len(pending.records), len(self._buffer)))
        self._object = None
        # Steps 4 and 5
        self._settle([record.source for record in pending.records])
        self._delivered(pending)

    def _refused(self, pending: _Object, error: ClientError | BotoCoreError) -> None:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else "InternalError"
        if self._output is not Output.ERRORS:
            self._metrics.add(f"{self._output.value}.Success", 0)
        self._error_log.error(
            pending.configuration,
            code if code == "InternalError" else f"S3.{code}",
            f"Delivery to S3 failed and will be tried again: {error}",
            destination=self._output.destination(pending.configuration),
        )

    def _delivered(self, pending: _Object) -> None:
        count = len(pending.records)
        LOG.info(
            "%s: delivered %d records (%d bytes) to s3://%s/%s",
            self._identity.name,
            count,
            pending.size_bytes,
            pending.arguments["Bucket"],
            pending.arguments["Key"],
        )
        if self._output is Output.ERRORS:
            return
        name = self._output.value
        self._metrics.add(f"{name}.Success", 1)
        self._metrics.add(f"{name}.Records", count)
        self._metrics.add(f"{name}.Bytes", pending.size_bytes)
        if self._output is Output.DATA:
            self._metrics.add(f"{name}.ObjectCount", 1)
        age = self._clock.time() - pending.oldest_arrival / 1000
        self._metrics.add(f"{name}.DataFreshness", max(age, 0.0))
