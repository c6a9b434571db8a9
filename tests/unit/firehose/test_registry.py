"""Names and the quota of delivery streams.

https://docs.aws.amazon.com/firehose/latest/dev/limits.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.registry import MAXIMUM_DELIVERY_STREAMS, DeliveryStreams
from tests.unit.firehose.resource_fakes import ACCOUNT_ID, REGION, resource
from tests.unit.firehose.wire_fakes import destination


def refusal(call: Any, *arguments: Any) -> tuple[str, str]:
    with pytest.raises(ServiceError) as caught:
        call(*arguments)
    return caught.value.code, caught.value.message


def test_name_is_taken_until_its_delivery_stream_is_removed() -> None:
    # GIVEN a delivery stream
    streams = DeliveryStreams()
    first = resource(destination())
    streams.add(first)

    # WHEN another one of its name is added, THEN it is refused
    assert refusal(streams.add, resource(destination())) == (
        "ResourceInUseException",
        "Firehose deliveries under accountId 000000000000 already exists",
    )

    # WHEN the first is removed, THEN the name is free and not found
    streams.remove(first)
    assert refusal(streams.find, ACCOUNT_ID, REGION, "deliveries") == (
        "ResourceNotFoundException",
        "Firehose deliveries under account 000000000000 not found.",
    )
    streams.add(resource(destination()))


def test_quota_is_five_thousand() -> None:
    # GIVEN as many delivery streams as the quota allows, which a test makes smaller
    assert MAXIMUM_DELIVERY_STREAMS == 5_000
    streams = DeliveryStreams(maximum=2)
    streams.add(resource(destination(), name="a"))
    streams.add(resource(destination(), name="b"))

    # WHEN one more is added
    assert refusal(streams.add, resource(destination(), name="c")) == (
        "LimitExceededException",
        "You have already consumed your firehose quota of 2 hoses. Firehose names: [a, b]",
    )


def test_account_and_region_have_their_own_names() -> None:
    # GIVEN delivery streams of two types
    streams = DeliveryStreams()
    streams.add(resource(destination(), name="direct"))
    streams.add(resource(destination(), name="kinesis", kinesis=True))

    # THEN they are listed by type, where they are
    assert streams.names(ACCOUNT_ID, REGION, None) == ["direct", "kinesis"]
    assert streams.names(ACCOUNT_ID, REGION, "KinesisStreamAsSource") == ["kinesis"]
    assert streams.names(ACCOUNT_ID, "eu-west-1", None) == []
    assert streams.names("111111111111", REGION, None) == []
    assert streams.get(ACCOUNT_ID, "eu-west-1", "direct") is None


def test_all_are_taken_at_once_when_the_emulator_stops() -> None:
    streams = DeliveryStreams()
    subject = resource(destination())
    streams.add(subject)

    assert streams.take_all() == [subject]
    assert streams.take_all() == []
