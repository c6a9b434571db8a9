"""A data stream without a control plane, for the tests of this folder."""

import threading
from dataclasses import dataclass, field

from emulator.kinesis.consumer import Consumer
from emulator.kinesis.data_plane import DataPlane
from emulator.kinesis.new_record import NewRecord
from emulator.kinesis.resharding import split_shard
from emulator.kinesis.shard import Shard
from tests.clock import ManualClock

FIRST = "shardId-000000000000"
MAXIMUM_HASH_KEY = 2**128 - 1


@dataclass
class FakeStream:
    """A data stream as the control plane keeps it."""

    shards: dict[str, Shard]
    stream_name: str = "orders"
    account_id: str = "000000000000"
    retention_period_hours: int = 24
    arn: str = "arn:aws:kinesis:eu-north-1:000000000000:stream/orders"
    consumers: list[Consumer] = field(default_factory=list)
    max_record_size_in_kib: int = 1024
    encryption_type: str = "NONE"
    stream_mode: dict[str, str] = field(default_factory=lambda: {"StreamMode": "PROVISIONED"})


@dataclass
class Subject:
    """A stream, its data plane and the clock of both."""

    shard_count: int = 1
    clock: ManualClock = field(default_factory=ManualClock)
    limited: bool = False

    def __post_init__(self) -> None:
        step = 2**128 // self.shard_count
        shards = [
            Shard(
                index,
                index * step,
                MAXIMUM_HASH_KEY if index == self.shard_count - 1 else (index + 1) * step - 1,
                clock=self.clock,
            )
            for index in range(self.shard_count)
        ]
        self.stream = FakeStream({shard.shard_id: shard for shard in shards})
        self.data_plane = DataPlane(threading.RLock(), self.clock, self.limited)

    def put(self, *data: bytes, partition_key: str = "1") -> list[str]:
        return [self.data_plane.put(self.stream, NewRecord(partition_key, datum))[0] for datum in data]

    def split(self) -> None:
        """Split the first shard in the middle."""
        split_shard(self.stream, FIRST, str(2**127))
