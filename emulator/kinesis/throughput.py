"""What one shard takes in and gives out in a second; times are epoch seconds given by the caller."""

WRITE_BYTES_PER_SECOND = 1024 * 1024
WRITE_RECORDS_PER_SECOND = 1000
READS_PER_SECOND = 5
READ_BYTES_PER_SECOND = 2 * 1024 * 1024


class TokenBucket:
    """Holds one second's allowance and is filled evenly; full at first."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = per_second
        self._filled_at = 0.0

    def available(self, now: float) -> float:
        """Return what may be spent; negative after more than the allowance was spent at once."""
        elapsed = max(0.0, now - self._filled_at)
        self._tokens = min(self._per_second, self._tokens + elapsed * self._per_second)
        self._filled_at = now
        return self._tokens

    def allows(self, amount: float, now: float) -> bool:
        """Tell whether `amount` may be spent; more than the allowance needs a full bucket."""
        return self.available(now) >= min(amount, self._per_second)

    def spend(self, amount: float) -> None:
        """Take `amount` out."""
        self._tokens -= amount


class ShardThroughput:
    """The limits of one shard. The caller sees to it that one thread at a time asks.

    https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
    """

    def __init__(self) -> None:
        self._write_bytes = TokenBucket(WRITE_BYTES_PER_SECOND)
        self._write_records = TokenBucket(WRITE_RECORDS_PER_SECOND)
        self._reads = TokenBucket(READS_PER_SECOND)
        self._read_bytes = TokenBucket(READ_BYTES_PER_SECOND)
        self._recovering = False

    def take_write(self, size_bytes: int, now: float) -> bool:
        """Count one record in, or return False and count nothing when the shard is at its limit."""
        if not (self._write_bytes.allows(size_bytes, now) and self._write_records.allows(1, now)):
            return False
        self._write_bytes.spend(size_bytes)
        self._write_records.spend(1)
        return True

    def take_read(self, now: float) -> bool:
        """Count one GetRecords call in, or return False when the shard is at its limit."""
        available = self._read_bytes.available(now)
        if self._recovering and available < READ_BYTES_PER_SECOND:
            return False
        self._recovering = False
        if available <= 0 or not self._reads.allows(1, now):
            return False
        self._reads.spend(1)
        return True

    def spend_read(self, size_bytes: int, now: float) -> None:
        """Count what a call returned: a call of 10 MiB stops reading for the five seconds that these are worth."""
        self._recovering = size_bytes > self._read_bytes.available(now)
        self._read_bytes.spend(size_bytes)
