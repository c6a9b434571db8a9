"""Builds evidence with defaults: changes are numbered, and written one second apart from noon on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from verify.evidence import Chain, Change, Content, DeadLetter, Evidence, Failure, KinesisRecord, Row

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHARD = "shardId-1"
# Every buffer is empty by then.
LATER = 600.0

CHAIN = Chain(
    pipe_state="RUNNING",
    pipe_starts_after=NOON - timedelta(seconds=60),
    batching_window=timedelta(0),
    delivery_starts_at=NOON - timedelta(seconds=60),
    transform_interval=timedelta(seconds=5),
    s3_interval=timedelta(seconds=10),
)


def at(seconds: float) -> datetime:
    """Return a time after noon."""
    return NOON + timedelta(seconds=seconds)


def content(number: int) -> Content:
    return Content(str(number), "Laptop", 1, 100.5)


def change(number: int, **fields: Any) -> Change:
    """Return change `number`, an INSERT of the order of that number."""
    default = Change(f"e{number}", "INSERT", SHARD, number, at(number), str(number), content(number))
    return replace(default, **fields)


def changes(count: int) -> list[Change]:
    """Return changes 1 to `count`."""
    return [change(number) for number in range(1, count + 1)]


def in_kinesis(*numbers: int, delay: float = 0.5) -> list[KinesisRecord]:
    """Return the Kinesis records of these changes, `delay` seconds after each."""
    return [KinesisRecord(f"e{number}", "k1", number, at(number + delay)) for number in numbers]


def rows(*numbers: int, seconds: float = 30) -> list[Row]:
    """Return the delivered rows of these changes, all in an object written at that time."""
    return [Row(f"e{number}", None, at(seconds)) for number in numbers]


def seed_rows(*numbers: int, seconds: float = 30) -> list[Row]:
    """Return the rows that the seed's own function delivers: without event id."""
    return [Row(None, content(number), at(seconds)) for number in numbers]


def failures(*numbers: int, code: str = "Lambda.ProcessingFailedStatus") -> list[Failure]:
    return [Failure(f"e{number}", code, at(30)) for number in numbers]


def dead_letter(start: int, end: int, shard_id: str | None = SHARD) -> DeadLetter:
    return DeadLetter(shard_id, start, end, "RetryAttemptsExhausted")


def evidence(chain: Chain = CHAIN, **found: Any) -> Evidence:
    return Evidence(chain=chain, **found)
