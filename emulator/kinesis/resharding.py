"""Resharding: what may be split and merged, and the splits and merges that UpdateShardCount stands for."""

from collections.abc import Mapping
from typing import Protocol

from emulator.errors import ServiceError
from emulator.kinesis.shard import Shard

_HASH_KEYS = 2**128


class Reshardable(Protocol):
    """A data stream that the control plane can reshard."""

    @property
    def stream_name(self) -> str:
        """Name of the stream."""

    @property
    def account_id(self) -> str:
        """Account that owns it."""

    @property
    def stream_mode(self) -> Mapping[str, str]:
        """Its StreamModeDetails."""

    @property
    def shards(self) -> Mapping[str, Shard]:
        """Its shards, open and closed, by id."""

    def split_shard(self, shard_to_split: str, new_starting_hash_key: str) -> None:
        """Close a shard and open two in its place."""

    def merge_shards(self, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
        """Close two neighbours and open one in their place."""


def check_merge(stream: Reshardable, shard_id: str, adjacent_shard_id: str) -> None:
    """Refuse to merge what are not two open neighbours.

    Raises:
        ServiceError: they are not.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html
    """
    shards = []
    for name in (shard_id, adjacent_shard_id):
        shard = stream.shards.get(name)
        if shard is None:
            raise ServiceError(
                "ResourceNotFoundException",
                f"Could not find shard {name} in stream {stream.stream_name} under account {stream.account_id}.",
            )
        if not shard.is_open:
            raise ServiceError(
                "InvalidArgumentException",
                f"Shard {name} in stream {stream.stream_name} under account {stream.account_id} has already been "
                "merged or split, and thus is not eligible for merging or splitting.",
            )
        shards.append(shard)
    if shards[0].ending_hash + 1 != shards[1].starting_hash:
        raise ServiceError(
            "InvalidArgumentException",
            f"Shards {shard_id} and {adjacent_shard_id} in stream {stream.stream_name} under account "
            f"{stream.account_id} are not an adjacent pair of shards eligible for merging",
        )


def update_shard_count(stream: Reshardable, target: int) -> int:
    """Reshard until `target` open shards share the hash keys evenly; return how many there were.

    Shards are split where a new range begins inside them, then what lies in one range is merged.

    Raises:
        ServiceError: the stream is on-demand, or the target is below half or above double the open shards.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
    """
    if stream.stream_mode.get("StreamMode") == "ON_DEMAND":
        raise ServiceError(
            "ValidationException",
            f"Request is invalid. Stream {stream.stream_name} under account {stream.account_id} is in On-Demand mode.",
        )
    opened = _open_shards(stream)
    current = len(opened)
    for refused, edge in (
        (target > 2 * current, "up over double"),
        (2 * target < current, "down below half"),
    ):
        if refused:
            raise ServiceError(
                "InvalidArgumentException",
                f"UpdateShardCount cannot scale {edge} your current open shard count. "
                f"Current open shard count: {current} Target shard count: {target}",
            )
    if current == target:
        return current
    step = _HASH_KEYS // target
    # What differs from a range there is by rounding only is that range.
    starts = [
        next(
            (
                shard.starting_hash
                for shard in opened
                if abs(shard.starting_hash - index * step) <= current + target
            ),
            index * step,
        )
        for index in range(target)
    ]
    for start in starts:
        for shard in _open_shards(stream):
            if shard.starting_hash < start <= shard.ending_hash:
                stream.split_shard(shard.shard_id, str(start))
    for start, end in zip(starts, [*starts[1:], _HASH_KEYS], strict=True):
        inside = [shard for shard in _open_shards(stream) if start <= shard.starting_hash < end]
        while len(inside) > 1:
            stream.merge_shards(inside[0].shard_id, inside[1].shard_id)
            inside = [shard for shard in _open_shards(stream) if start <= shard.starting_hash < end]
    return current


def _open_shards(stream: Reshardable) -> list[Shard]:
    return sorted(
        (shard for shard in stream.shards.values() if shard.is_open), key=lambda shard: shard.starting_hash
    )
