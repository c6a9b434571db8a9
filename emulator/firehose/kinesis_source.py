"""A Kinesis data stream as the source: every shard is read, parents before their children."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.client import KinesisClient
from emulator.firehose.clock import Clock
from emulator.firehose.metric import Metrics
from emulator.firehose.record import Record
from emulator.firehose.shard import Shard, retry_wait
from emulator.firehose.shard_lineage import DataStreamReplacedError, ShardLineage, list_shards
from emulator.firehose.source_error import ReadError, SourceErrors, error_code, is_not_found, is_throttled
from emulator.firehose.source_record import records_from

LOG = logging.getLogger(__name__)

# Children are looked for when a shard ends; this finds what became known in another way.
LIST_SHARDS_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


class KinesisSource:
    """Reads a data stream from where it ended when the delivery stream was created.

    Aggregates of the Kinesis Producer Library are taken apart. Only this data stream is read: not one that is
    created under its name after it was deleted. One thread at a time may call `run`; `settle` may be called by
    any. `open_shard_count` tells how many shards are being read.

    https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
    """

    def __init__(
        self,
        stream_arn: str,
        client: KinesisClient,
        clock: Clock,
        metrics: Metrics,
        pass_on: Callable[[Sequence[Record]], Sequence[int]],
        has_room: Callable[[], bool],
        on_error: Callable[[str, str], None],
    ) -> None:
        """Take `pass_on`, which returns for each record how often it is to be settled."""
        self.stream_arn = stream_arn
        self.started_at = datetime.fromtimestamp(clock.time(), UTC)
        self.open_shard_count = 0
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._pass_on = pass_on
        self._has_room = has_room
        self._errors = SourceErrors(stream_arn, clock, metrics, on_error)
        self._lineage = ShardLineage(stream_arn)
        self._lock = threading.Lock()
        self._list_at = 0.0
        self._list_failures = 0
        # Kinesis said that something is not there: nothing is read until a listing shows what is.
        self._lost = False

    def checkpoints(self) -> dict[str, str | None]:
        """Return each shard's checkpoint: the last sequence number up to which everything is settled."""
        with self._lock:
            return {shard.shard_id: shard.checkpoint.sequence_number for shard in self._lineage}

    def settle(self, records: Sequence[Record]) -> None:
        """Note that records reached S3 or the error output prefix, or were Dropped."""
        with self._lock:
            for record in records:
                kinesis = record.kinesis
                if kinesis is not None:
                    self._lineage[kinesis.shard_id].checkpoint.settle(kinesis.sequence_number)

    def run(self) -> float:
        """Read every shard that is ready once; return when to be called again."""
        now = self._clock.monotonic()
        if not self._has_room():
            return now + _PAUSE_SECONDS
        if self._list_at <= now:
            self._list_shards()
        for shard in self._lineage.readable():
            if not self._lost and shard.read_at <= self._clock.monotonic() and self._has_room():
                self._read(shard)
        readable = [] if self._lost else self._lineage.readable()
        self.open_shard_count = len(readable)
        return min([self._list_at, *(shard.read_at for shard in readable)])

    def read_rest(self, deadline: float) -> None:
        """Read what the data stream holds at this moment, without waiting for the next poll."""
        for shard in self._lineage:
            shard.read_at = min(shard.read_at, self._clock.monotonic())
        while self._has_room() and self.run() <= self._clock.monotonic() < deadline:
            pass

    def position(self) -> bool:
        """Take the end of every shard as the place to start; tell whether that was possible.

        To be called when the delivery stream is created. If it fails, `run` tries it again and reads from the
        time of creation instead.
        """
        if not self._list_shards():
            return False
        positioned = [self._renew(shard, at_creation=True) for shard in self._lineage]
        return all(positioned)

    def _list_shards(self) -> bool:
        try:
            listed = list_shards(self._client, self.stream_arn)
            with self._lock:
                self._lineage.update(listed)
        except (ClientError, BotoCoreError) as error:
            self._errors.failed("ListShards", error)
        except DataStreamReplacedError as error:
            self._lost = True
            self._errors.replaced(f"{error}; create the delivery stream again to read the new one")
        else:
            self._lost = False
            self._list_failures = 0
            self._list_at = self._clock.monotonic() + LIST_SHARDS_SECONDS
            return True
        self._list_failures += 1
        self._list_at = self._clock.monotonic() + retry_wait(self._list_failures)
        return False

    def _renew(self, shard: Shard, *, at_creation: bool = False) -> bool:
        """Get an iterator for the place after the last record read."""
        place = shard.place(self.started_at, at_creation=at_creation)
        try:
            response = self._client.get_shard_iterator(
                StreamARN=self.stream_arn, ShardId=shard.shard_id, **place
            )
        except (ClientError, BotoCoreError) as error:
            self._failed(shard, "GetShardIterator", error)
            return False
        shard.iterator = response["ShardIterator"]
        shard.by_timestamp = place["ShardIteratorType"] == "AT_TIMESTAMP"
        return True

    def _read(self, shard: Shard) -> None:
        """Read one page of a shard.

        1. Get an iterator if there is none. 2. Get the records. 3. Pass them on. 4. Move on to the next page.
        """
        # Step 1
        if shard.iterator is None and not self._renew(shard):
            return
        # Step 2
        try:
            page = self._client.get_records(ShardIterator=shard.iterator, Limit=10_000)
        except (ClientError, BotoCoreError) as error:
            self._failed(shard, "GetRecords", error)
            return
        # Step 3
        behind_milliseconds = page.get("MillisBehindLatest", 0)
        self._metrics.add("KinesisMillisBehindLatest", behind_milliseconds)
        entries = shard.wanted(page["Records"], self.started_at)
        if entries:
            self._accept(shard, entries)
        # Step 4
        shard.was_read(self._clock.monotonic(), behind=behind_milliseconds > 0)
        shard.iterator = page.get("NextShardIterator")
        if shard.iterator is None:
            shard.ended = True
            self._list_at = 0.0

    def _accept(self, shard: Shard, entries: Sequence[Mapping[str, Any]]) -> None:
        read = [(entry, records_from(shard.shard_id, entry)) for entry in entries]
        with self._lock:
            # Held until they are noted: another thread may settle the records as soon as they were passed on.
            times = iter(self._pass_on([record for _, records in read for record in records]))
            for entry, records in read:
                shard.checkpoint.read(entry["SequenceNumber"], sum(islice(times, len(records))))
        shard.by_timestamp = False
        self._metrics.add("DataReadFromKinesisStream.Records", len(entries))
        self._metrics.add("DataReadFromKinesisStream.Bytes", sum(len(entry["Data"]) for entry in entries))

    def _failed(self, shard: Shard, operation_name: str, error: ReadError) -> None:
        now = self._clock.monotonic()
        if is_throttled(error):
            shard.was_throttled(now)
            self._errors.failed(operation_name, error)
            return
        shard.iterator = None
        shard.postpone(now)
        if error_code(error) == "ExpiredIteratorException" and shard.failures == 1:
            LOG.info("%s: the iterator of %s expired", self.stream_arn, shard.shard_id)
            shard.read_at = now
            return
        if is_not_found(error):
            shard.missing = self._lost = True
            self._list_at = now
        self._errors.failed(operation_name, error)
