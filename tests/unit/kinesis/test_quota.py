"""The quotas of an account: shards of provisioned streams, and on-demand streams.

https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.quota import Quotas
from tests.unit.kinesis.subject import FakeStream, Subject


def on_demand(count: int) -> list[FakeStream]:
    return [FakeStream({}, stream_mode={"StreamMode": "ON_DEMAND"}) for _ in range(count)]


def test_open_shards_of_provisioned_streams_count() -> None:
    # GIVEN a stream whose one shard was split, and an on-demand one of four shards
    split, growing = Subject(), Subject(shard_count=4)
    split.split()
    growing.stream.stream_mode = {"StreamMode": "ON_DEMAND"}

    quotas = Quotas("000000000000", "eu-north-1", [split.stream, growing.stream])

    assert (quotas.open_shards, quotas.on_demand_streams) == (2, 1)


def test_the_last_shard_of_the_quota_may_be_had_and_no_other() -> None:
    quotas = Quotas("000000000000", "us-east-1", [Subject(shard_count=3).stream])

    quotas.check_shards(19_997)
    with pytest.raises(ServiceError) as raised:
        quotas.check_shards(19_998)

    # mhart/kinesalite, recorded on AWS
    assert (raised.value.code, raised.value.message) == (
        "LimitExceededException",
        "This request would exceed the shard limit for the account 000000000000 in us-east-1. Current shard count for "
        "the account: 3. Limit: 20000. Number of additional shards that would have resulted from this request: 19998. "
        "Refer to the AWS Service Limits page (https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
        "for current limits and how to request higher limits.",
    )


def test_the_fiftieth_on_demand_stream_is_the_last() -> None:
    Quotas("000000000000", "eu-north-1", on_demand(49)).check_on_demand_stream()

    with pytest.raises(ServiceError) as raised:
        Quotas("000000000000", "eu-north-1", on_demand(50)).check_on_demand_stream()

    assert raised.value.code == "LimitExceededException"
