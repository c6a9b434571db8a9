"""Tumbling windows: the time that a record belongs to, and the state that a window's invocations hand on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.pipes.json_data import json_data
from emulator.pipes.pipe import Progress

# https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
MAXIMUM_STATE_BYTES = 1024 * 1024
# More than a window's document takes beside its state, with the longest ARN and shard identifier.
DOCUMENT_BYTES = 4096


@dataclass(slots=True)
class TumblingWindow:
    """A window that is open; `start` and `end` are in epoch seconds, `end` is not part of it.

    `is_full` tells that its state is larger than a window may hand on.
    """

    start: int
    end: int
    state: dict[str, Any] = field(default_factory=dict)
    is_full: bool = False

    def keep(self, state: dict[str, Any]) -> None:
        """Have the next invocation get this state."""
        self.state = state
        self.is_full = len(json_data(state)) > MAXIMUM_STATE_BYTES

    def document(self, shard_id: str, source_arn: str, *, final: bool, early: bool) -> dict[str, Any]:
        """Return what an invocation gets beside its records."""
        return {
            "window": {"start": _utc(self.start), "end": _utc(self.end)},
            "state": self.state,
            "shardId": shard_id,
            "eventSourceARN": source_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": early,
        }


def window_at(moment: float, length_seconds: int) -> TumblingWindow:
    """Return the window, of those that follow each other since 1970, that an epoch second is in."""
    start = int(moment // length_seconds) * length_seconds
    return TumblingWindow(start, start + length_seconds)


@dataclass(slots=True)
class MappingProgress(Progress):
    """How far a mapping has come, with the open window of each shard."""

    windows: dict[str, TumblingWindow] = field(default_factory=dict)

    def restart(self) -> None:
        """Forget the shards and windows of a stream that is gone."""
        self.checkpoints.clear()
        self.finished_shard_ids.clear()
        self.windows.clear()

    def keep_only(self, shard_ids: set[str]) -> None:
        """Forget the shards that the stream no longer lists."""
        Progress.keep_only(self, shard_ids)
        for shard_id in self.windows.keys() - shard_ids:
            del self.windows[shard_id]


def _utc(epoch_seconds: int) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
