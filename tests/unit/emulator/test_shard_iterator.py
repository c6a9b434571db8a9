"""Shard iterators carry their place in their own text."""

import pytest

from emulator.shard_iterator import InvalidShardIteratorError, ShardIterator


def test_an_iterator_comes_back_from_its_text() -> None:
    iterator = ShardIterator("orders", "shardId-000000000001", 42, 1_767_225_600.5)

    assert ShardIterator.decode(iterator.encode()) == iterator


@pytest.mark.parametrize(
    "text", ["", "nonsense", "bm90IGpzb24=", "WzEsMl0=", "bnVsbA==", "WyJhIiwiYiIsIngiLDFd"]
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidShardIteratorError):
        ShardIterator.decode(text)


@pytest.mark.parametrize(("age", "expected"), [(0.0, False), (300.0, False), (300.1, True)])
def test_an_iterator_expires_after_its_lifetime(age: float, expected: bool) -> None:
    iterator = ShardIterator("orders", "shardId-000000000001", 1, 1000.0)

    assert iterator.expired(1000.0 + age, lifetime_seconds=300.0) is expected
