"""Writing to and reading from Kinesis data streams."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from emulator.errors import ServiceError
from emulator.kinesis.missing import NamedStream, resolve_shard_id, shard_does_not_exist
from emulator.kinesis.new_record import NewRecord, check_keys, check_order, hash_key, too_long
from emulator.kinesis.sequence_number import sequence_number_parts
from emulator.kinesis.shard import Shard
from emulator.shard_iterator import InvalidShardIteratorError, ShardIterator

MAXIMUM_REQUEST_RECORDS = 500
MAXIMUM_REQUEST_BYTES = 10 * 1024 * 1024
MAXIMUM_PAGE_RECORDS = 10_000
MAXIMUM_PAGE_BYTES = 10 * 1024 * 1024
ITERATOR_LIFETIME_SECONDS = 300
_START_RULE = (
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or "
    "(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {} and {} StartingSequenceNumber."
)


class Stream(NamedStream, Protocol):
    """What is read of a data stream that the control plane keeps."""

    @property
    def retention_period_hours(self) -> int:
        """How long records are kept."""

    @property
    def stream_mode(self) -> Mapping[str, str]:
        """Its StreamModeDetails."""

    @property
    def encryption_type(self) -> str:
        """KMS, or NONE."""

    @property
    def max_record_size_in_kib(self) -> int:
        """How large a record and its key may be."""

    @property
    def shards(self) -> Mapping[str, Shard]:
        """Its shards, open and closed, by id."""


PutResult = tuple[str, str] | ServiceError


@dataclass(frozen=True, slots=True)
class Reading:
    """Records of a shard and the position to go on from; at its end, the shards that follow it."""

    records: list[dict[str, Any]]
    position: int
    millis_behind_latest: int
    at_shard_end: bool
    child_shards: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """What one GetRecords call returns; `next_iterator` is None at the end of a closed shard."""

    records: list[dict[str, Any]]
    next_iterator: str | None
    millis_behind_latest: int
    child_shards: list[dict[str, Any]]


class DataPlane:
    """Puts and gets records; `lock` keeps a put and a resharding apart, `limited` turns the shards' limits on.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html
    """

    def __init__(
        self,
        lock: AbstractContextManager[Any],
        clock: Callable[[], float] = time.time,
        limited: bool = False,
    ) -> None:
        self._lock = lock
        self._clock = clock
        self.limited = limited

    def put(self, stream: Stream, record: NewRecord) -> tuple[str, str]:
        """Append one record and return its sequence number and shard id.

        Raises:
            ServiceError: the record is outside Kinesis's limits, or its shard is at its own.
        """
        check_keys(record, "")
        if record.size_bytes > stream.max_record_size_in_kib * 1024:
            raise too_long("data", stream.max_record_size_in_kib * 1024)
        with self._lock:
            if record.ordered_after is not None:
                check_order(stream, stream.shards.values(), record.ordered_after, self._clock())
            result = self._append(stream, record)
        if isinstance(result, ServiceError):
            raise result
        return result

    def put_all(self, stream: Stream, records: Sequence[NewRecord]) -> list[PutResult]:
        """Append several records, in order, and return each one's sequence number and shard id, or its refusal.

        Raises:
            ServiceError: the request or one of its records is outside Kinesis's limits; nothing was written.
        """
        if len(records) > MAXIMUM_REQUEST_RECORDS:
            raise too_long("records", MAXIMUM_REQUEST_RECORDS)
        total_bytes, maximum_bytes = 0, stream.max_record_size_in_kib * 1024
        for index, record in enumerate(records, start=1):
            check_keys(record, f"records.{index}.member.")
            if record.size_bytes > maximum_bytes:
                raise too_long(f"records.{index}.member.data", maximum_bytes)
            total_bytes += record.size_bytes
        if total_bytes > MAXIMUM_REQUEST_BYTES:
            raise ServiceError("InvalidArgumentException", "Records size exceeds 10 MB limit")
        with self._lock:
            return [self._append(stream, record) for record in records]

    def _append(self, stream: Stream, record: NewRecord) -> PutResult:
        shard = _shard_for(stream, record)
        limited = self.limited and stream.stream_mode.get("StreamMode") != "ON_DEMAND"
        if limited and not shard.throughput.take_write(record.size_bytes, self._clock()):
            return _rate_exceeded(stream, shard)
        shard.log.retention_seconds = stream.retention_period_hours * 3600
        if not shard.named:
            shard.name_log(stream.stream_name)
        return shard.put(record.partition_key, record.data, stream.encryption_type), shard.shard_id

    def iterator(
        self,
        stream: Stream,
        shard_id: str,
        iterator_type: str,
        sequence_number: str | None = None,
        timestamp: datetime | None = None,
    ) -> str:
        """Return a shard iterator.

        Raises:
            ServiceError: the shard does not exist or what the type needs is missing or malformed.
        """
        shard = find_shard(stream, shard_id)
        position = self.position(stream, shard, iterator_type, sequence_number, timestamp)
        return self._encode_iterator(stream, shard, position)

    def _encode_iterator(self, stream: Stream, shard: Shard, position: int) -> str:
        # The creation time keeps the iterator from reading a later stream of the same name.
        name = f"{stream.stream_name}:{shard.created_microseconds}"
        return ShardIterator(name, shard.shard_id, position, self._clock()).encode()

    def position(
        self,
        stream: Stream,
        shard: Shard,
        iterator_type: str,
        sequence_number: str | None,
        timestamp: datetime | None,
    ) -> int:
        """Return the position after which a starting position begins to read.

        Raises:
            ServiceError: what the type needs is missing or malformed, or not of this shard.
        """
        match iterator_type:
            case "TRIM_HORIZON" | "LATEST":
                if sequence_number is not None:
                    raise _invalid(_START_RULE.format(iterator_type, "also a"))
                return 0 if iterator_type == "TRIM_HORIZON" else shard.log.last_position
            case "AT_TIMESTAMP":
                if timestamp is None:
                    raise _invalid(
                        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
                        "Current request has no timestamp parameter."
                    )
                moment = (timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)).timestamp()
                now = self._clock()
                if moment > now:
                    raise _invalid(
                        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
                        f"timestampInMillis: {int(moment * 1000)}, currentTimestampInMillis: {int(now * 1000)}"
                    )
                return shard.log.last_position_before(moment)
            case "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER":
                if sequence_number is None:
                    raise _invalid(_START_RULE.format(iterator_type, "no"))
                position = _position_of(stream, shard, sequence_number)
                after = max(position - 1, 0) if iterator_type == "AT_SEQUENCE_NUMBER" else position
                # A number that no record has yet skips none of those to come.
                return min(after, shard.log.last_position)
        raise _invalid(f"Invalid ShardIteratorType: {iterator_type}")

    def decode_iterator(self, text: str) -> ShardIterator:
        """Read a shard iterator back.

        Raises:
            ServiceError: the iterator is malformed or older than five minutes.
        """
        try:
            # Quotes around an iterator are passed over, as AWS does.
            iterator = ShardIterator.decode(text.strip('"'))
        except InvalidShardIteratorError:
            raise _invalid("Invalid ShardIterator.") from None
        now = self._clock()
        if iterator.expired(now, ITERATOR_LIFETIME_SECONDS):
            raise ServiceError(
                "ExpiredIteratorException",
                f"Iterator expired. The iterator was created at time {_moment(iterator.issued_at)} while right "
                f"now it is {_moment(now)} which is further in the future than the tolerated delay of "
                f"{ITERATOR_LIFETIME_SECONDS * 1000} milliseconds.",
            )
        return iterator

    def get(self, stream: Stream, iterator: ShardIterator, limit: int | None) -> Page:
        """Return the records that follow an iterator, up to 10,000 and 10 MiB.

        Raises:
            ServiceError: the limit is out of range, the shard does not exist or it is at its own limits.
        """
        if limit is not None and not 1 <= limit <= MAXIMUM_PAGE_RECORDS:
            raise _invalid(f"Limit must be between 1 and {MAXIMUM_PAGE_RECORDS}, found {limit}.")
        shard = find_shard(stream, iterator.shard_id)
        if iterator.stream != f"{stream.stream_name}:{shard.created_microseconds}":
            raise shard_does_not_exist(stream, shard.shard_id)
        if self.limited:
            with self._lock:
                if not shard.throughput.take_read(self._clock()):
                    raise _rate_exceeded(stream, shard)
        reading = self.read(
            stream, shard, iterator.position, limit or MAXIMUM_PAGE_RECORDS, MAXIMUM_PAGE_BYTES
        )
        if self.limited:
            size_bytes = sum(map(record_size, reading.records))
            with self._lock:
                shard.throughput.spend_read(size_bytes, self._clock())
        next_iterator = None
        if not reading.at_shard_end:
            next_iterator = self._encode_iterator(stream, shard, reading.position)
        return Page(reading.records, next_iterator, reading.millis_behind_latest, reading.child_shards)

    def read(self, stream: Stream, shard: Shard, position: int, limit: int, maximum_bytes: int) -> Reading:
        """Return the records that follow a position, at least one when there is one."""
        now = self._clock()
        shard.log.retention_seconds = stream.retention_period_hours * 3600
        shard.log.trim(now)
        is_open = shard.is_open  # read before the log: a shard gets no record after it was closed
        records, position = shard.read(position, limit, maximum_bytes)
        next_appended_at = shard.log.appended_at(position + 1)
        behind = max(0, int((now - next_appended_at) * 1000)) if next_appended_at is not None else 0
        at_end = not is_open and position >= shard.log.last_position
        return Reading(records, position, behind, at_end, _children(stream, shard) if at_end else [])


def record_size(record: Mapping[str, Any]) -> int:
    """Return what a record that is read counts towards a limit, in bytes."""
    return len(record["Data"]) + len(record["PartitionKey"].encode())


def stream_name_of(iterator: ShardIterator) -> str:
    """Return the name of the stream that an iterator reads."""
    return iterator.stream.partition(":")[0]


def _shard_for(stream: Stream, record: NewRecord) -> Shard:
    key = hash_key(record)
    return next(shard for shard in stream.shards.values() if shard.owns(key))


def find_shard(stream: Stream, shard_id: str) -> Shard:
    """Return a shard of a stream.

    Raises:
        ServiceError: there is no such shard.
    """
    name = resolve_shard_id(stream, shard_id)
    shard = stream.shards.get(name)
    if shard is None:
        raise shard_does_not_exist(stream, name)
    return shard


def _position_of(stream: Stream, shard: Shard, sequence_number: str) -> int:
    used = (
        f"StartingSequenceNumber {sequence_number} used in GetShardIterator on shard {shard.shard_id} in stream "
        f"{stream.stream_name} under account {stream.account_id} is invalid"
    )
    try:
        parts = sequence_number_parts(sequence_number)
    except ValueError:
        raise _invalid(f"{used}.") from None
    if sequence_number == shard.ending_sequence_number:
        return shard.log.last_position + 1
    if parts.shard_index != shard.index:
        raise _invalid(
            f"Invalid StartingSequenceNumber. It encodes shardId-{parts.shard_index:012d}, while it was used in a "
            f"call to a shard with {shard.shard_id}"
        )
    if parts.created_microseconds != shard.created_microseconds:
        raise _invalid(f"{used} because it did not come from this stream.")
    return parts.position


def _children(stream: Stream, parent: Shard) -> list[dict[str, Any]]:
    return [
        {
            "ShardId": shard.shard_id,
            "ParentShards": [name for name in (shard.parent, shard.adjacent_parent) if name],
            "HashKeyRange": shard.to_json()["HashKeyRange"],
        }
        # A reshard adds shards while this is read.
        for shard in list(stream.shards.values())
        if parent.shard_id in (shard.parent, shard.adjacent_parent)
    ]


def _rate_exceeded(stream: Stream, shard: Shard) -> ServiceError:
    return ServiceError(
        "ProvisionedThroughputExceededException",
        f"Rate exceeded for shard {shard.shard_id} in stream {stream.stream_name} under account {stream.account_id}.",
    )


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidArgumentException", message)


def _moment(epoch_seconds: float) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
