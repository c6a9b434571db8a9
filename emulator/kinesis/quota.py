"""What an account may have in a region: shards of provisioned streams, and on-demand streams."""

from collections.abc import Collection, Mapping
from typing import Protocol

from emulator.errors import ServiceError
from emulator.kinesis.shard import Shard

ON_DEMAND_STREAM_LIMIT = 50
# The page gives 1,000 or 6,000 for the other regions and does not say which has which.
_SHARD_LIMIT = 6_000
_LARGE_REGION_SHARD_LIMIT = 20_000
_LARGE_REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})


class Counted(Protocol):
    """What is read of a data stream that counts towards the quotas."""

    @property
    def stream_mode(self) -> Mapping[str, str]:
        """Its StreamModeDetails."""

    @property
    def shards(self) -> Mapping[str, Shard]:
        """Its shards, open and closed, by id."""


class Quotas:
    """The default quotas of one account in one region, and what of them is used.

    https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
    """

    def __init__(self, account_id: str, region: str, streams: Collection[Counted]) -> None:
        self._account_id = account_id
        self._region = region
        self._streams = streams
        self.shard_limit = _LARGE_REGION_SHARD_LIMIT if region in _LARGE_REGIONS else _SHARD_LIMIT

    @property
    def open_shards(self) -> int:
        """How many open shards the provisioned streams have."""
        return sum(
            shard.is_open
            for stream in self._streams
            if not is_on_demand(stream)
            for shard in stream.shards.values()
        )

    @property
    def on_demand_streams(self) -> int:
        """How many on-demand streams there are."""
        return sum(map(is_on_demand, self._streams))

    def check_shards(self, additional: int) -> None:
        """Refuse more shards than the account may have.

        Raises:
            ServiceError: there would be.
        """
        if self.open_shards + additional > self.shard_limit:
            raise ServiceError(
                "LimitExceededException",
                f"This request would exceed the shard limit for the account {self._account_id} in {self._region}. "
                f"Current shard count for the account: {self.open_shards}. Limit: {self.shard_limit}. Number of "
                f"additional shards that would have resulted from this request: {additional}. Refer to the AWS "
                "Service Limits page (https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
                "for current limits and how to request higher limits.",
            )

    def check_on_demand_stream(self) -> None:
        """Refuse one more on-demand stream than the account may have.

        Raises:
            ServiceError: it would be.
        """
        if self.on_demand_streams >= ON_DEMAND_STREAM_LIMIT:
            raise ServiceError(
                "LimitExceededException",
                f"This request would exceed the on-demand stream limit for the account {self._account_id} in "
                f"{self._region}. Limit: {ON_DEMAND_STREAM_LIMIT}. Delete a stream or create a provisioned one.",
            )


def is_on_demand(stream: Counted) -> bool:
    """Tell whether a stream is in the on-demand mode."""
    return stream.stream_mode.get("StreamMode") == "ON_DEMAND"
