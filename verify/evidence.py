"""What the hops of the chain show about the changes written to the table, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


class Content(NamedTuple):
    """The fields of a row that carries no event id: what such a row is matched by."""

    orderid: str
    product_name: str
    quantity: int
    price: float


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the table's stream.

    `content` is the new image as a row, None where there is no new image or it is not an order.
    """

    event_id: str
    event_name: str
    shard_id: str
    sequence_number: int
    created_at: datetime
    order_id: str
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class KinesisRecord:
    """One record of the Kinesis stream; `event_id` is None when its data is no change record."""

    event_id: str | None
    shard_id: str
    sequence_number: int
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the delivery prefix; neither id nor content: it could not be recognised."""

    event_id: str | None
    content: Content | None
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of an object under the error output prefix; no id: its record could not be recognised."""

    event_id: str | None
    error_code: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message of the dead-letter queue: a range of the stream that the pipe gave up on.

    A message that is not a pipe's carries no shard id.
    """

    shard_id: str | None
    start_sequence_number: int
    end_sequence_number: int
    condition: str


@dataclass(frozen=True, slots=True)
class Chain:
    """How the pipe and the delivery stream are set up: what decides whether a change may still be under way.

    Changes written up to `pipe_starts_after`, and Kinesis records that arrived before `delivery_starts_at`, were never
    theirs to carry: both begin at LATEST.
    """

    pipe_state: str
    pipe_starts_after: datetime
    batching_window: timedelta
    delivery_starts_at: datetime
    transform_interval: timedelta
    s3_interval: timedelta


@dataclass(slots=True)
class Evidence:
    """Everything read so far; the readers append to it.

    `processed` and `delivered` are the delivery stream's metrics (SucceedProcessing.Records, which counts Ok and
    Dropped alike, and DeliveryToS3.Records): the only trace that a Dropped record leaves. `held_for` is the age of the
    oldest record that the delivery stream holds, as its metric DeliveryToS3.DataFreshness last said.
    """

    chain: Chain
    changes: list[Change] = field(default_factory=list)
    kinesis_records: list[KinesisRecord] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    processed: int = 0
    delivered: int = 0
    held_for: timedelta = timedelta(0)
