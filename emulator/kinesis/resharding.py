"""Resharding: what may be split and merged, and the splits and merges that UpdateShardCount stands for."""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Protocol

from emulator.errors import ServiceError
from emulator.kinesis.missing import NamedStream, resolve_shard_id, shard_not_found
from emulator.kinesis.quota import Quotas
from emulator.kinesis.shard import Shard

_HASH_KEYS = 2**128


class Reshardable(NamedStream, Protocol):
    """A data stream that the control plane can reshard."""

    @property
    def stream_mode(self) -> Mapping[str, str]:
        """Its StreamModeDetails."""

    @property
    def shards(self) -> MutableMapping[str, Shard]:
        """Its shards, open and closed, by id."""


def split_shard(stream: Reshardable, shard_id: str, new_starting_hash_key: str) -> None:
    """Split a shard in two, the second of which begins at a hash key.

    Raises:
        ServiceError: there is no such open shard, or the hash key leaves one of the two without any.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html
    """
    shard = _open_shard(stream, shard_id)
    if not shard.starting_hash + 1 < int(new_starting_hash_key) < shard.ending_hash:
        raise ServiceError(
            "InvalidArgumentException",
            f"NewStartingHashKey {new_starting_hash_key} used in SplitShard() on shard {shard.shard_id} in stream "
            f"{stream.stream_name} under account {stream.account_id} is not both greater than one plus the shard's "
            f"StartingHashKey {shard.starting_hash} and less than the shard's EndingHashKey {shard.ending_hash}.",
        )
    _split(stream, shard, int(new_starting_hash_key))


def merge_shards(stream: Reshardable, shard_id: str, adjacent_shard_id: str) -> None:
    """Merge two open neighbours.

    Raises:
        ServiceError: they are not.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html
    """
    shard, adjacent = (_open_shard(stream, name) for name in (shard_id, adjacent_shard_id))
    if shard.ending_hash + 1 != adjacent.starting_hash:
        raise ServiceError(
            "InvalidArgumentException",
            f"Shards {shard.shard_id} and {adjacent.shard_id} in stream {stream.stream_name} under account "
            f"{stream.account_id} are not an adjacent pair of shards eligible for merging",
        )
    _merge(stream, shard, adjacent)


def _split(stream: Reshardable, shard: Shard, start: int) -> None:
    _replace(stream, (shard,), ((shard.starting_hash, start - 1), (start, shard.ending_hash)))


def _merge(stream: Reshardable, shard: Shard, adjacent: Shard) -> None:
    _replace(stream, (shard, adjacent), ((shard.starting_hash, adjacent.ending_hash),))


def _replace(stream: Reshardable, parents: Sequence[Shard], ranges: Iterable[tuple[int, int]]) -> None:
    """Open a shard for each range of hash keys, then close the parents: who reads to their end finds the children."""
    parent, adjacent = parents[0].shard_id, parents[1].shard_id if parents[1:] else None
    after_second = max(int(parents[0].clock()), *(replaced.created_second for replaced in parents))
    index = max(shard.index for shard in stream.shards.values())
    for start, end in ranges:
        index += 1
        child = Shard(index, start, end, parent, adjacent, parents[0].clock, after_second)
        stream.shards[child.shard_id] = child
    for replaced in parents:
        replaced.is_open = False


def _open_shard(stream: Reshardable, shard_id: str) -> Shard:
    name = resolve_shard_id(stream, shard_id)
    shard = stream.shards.get(name)
    if shard is None:
        raise shard_not_found(stream, name)
    if not shard.is_open:
        raise ServiceError(
            "InvalidArgumentException",
            f"Shard {name} in stream {stream.stream_name} under account {stream.account_id} has already been "
            "merged or split, and thus is not eligible for merging or splitting.",
        )
    return shard


def update_shard_count(stream: Reshardable, target: int, quotas: Quotas) -> int:
    """Reshard until `target` open shards share the hash keys evenly; return how many there were.

    Shards are split where a new range begins inside them, then what lies in one range is merged.

    Raises:
        ServiceError: the stream is on-demand, or the target is below half or above double the open shards, or
            above the account's quota.

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
    quotas.check_shards(target - current)
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
                _split(stream, shard, start)
    for start, end in zip(starts, [*starts[1:], _HASH_KEYS], strict=True):
        inside = [shard for shard in _open_shards(stream) if start <= shard.starting_hash < end]
        while len(inside) > 1:
            _merge(stream, inside[0], inside[1])
            inside = [shard for shard in _open_shards(stream) if start <= shard.starting_hash < end]
    return current


def _open_shards(stream: Reshardable) -> list[Shard]:
    return sorted(
        (shard for shard in stream.shards.values() if shard.is_open), key=lambda shard: shard.starting_hash
    )
