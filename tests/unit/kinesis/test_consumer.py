"""Consumers of a data stream: names, ARNs, limits and pages.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.consumer import (
    consumed_stream_arn,
    find_consumer,
    list_consumers,
    register,
    stream_arn_of,
)
from tests.unit.kinesis.subject import FakeStream

STREAM_ARN = "arn:aws:kinesis:eu-north-1:000000000000:stream/orders"


def test_the_arn_of_a_consumer_ends_in_the_second_of_its_creation() -> None:
    consumer = register(FakeStream({}), "reader", 1_767_225_600.9)

    assert consumer.consumer_arn == f"{STREAM_ARN}/consumer/reader:1767225600"
    assert stream_arn_of(consumer.consumer_arn) == STREAM_ARN


def test_a_name_is_taken_once_per_stream() -> None:
    stream = FakeStream({})
    register(stream, "reader", 0)

    with pytest.raises(ServiceError) as raised:
        register(stream, "reader", 1)

    assert raised.value.code == "ResourceInUseException"


def test_a_stream_has_at_most_twenty_consumers() -> None:
    stream = FakeStream({})
    for index in range(20):
        register(stream, f"reader-{index}", 0)

    with pytest.raises(ServiceError) as raised:
        register(stream, "one-too-many", 0)

    assert (raised.value.code, len(stream.consumers)) == ("LimitExceededException", 20)


def test_a_consumer_is_found_by_name_and_by_arn() -> None:
    stream = FakeStream({})
    reader, other = register(stream, "reader", 0), register(stream, "other", 0)

    assert find_consumer(stream, "reader", None) is reader
    assert find_consumer(stream, None, other.consumer_arn) is other
    for name, arn in (
        ("unknown", None),
        (None, f"{STREAM_ARN}/consumer/reader:1"),
        ("reader", other.consumer_arn),
    ):
        with pytest.raises(ServiceError) as raised:
            find_consumer(stream, name, arn)
        assert raised.value.code == "ResourceNotFoundException"


def test_a_request_names_a_consumer_by_its_arn_or_by_its_name_and_its_streams_arn() -> None:
    consumer_arn = f"{STREAM_ARN}/consumer/reader:1767225600"

    assert consumed_stream_arn(None, None, consumer_arn) == STREAM_ARN
    assert consumed_stream_arn(STREAM_ARN, "reader", None) == STREAM_ARN
    for stream_arn, name in ((None, None), (STREAM_ARN, None), (None, "reader")):
        with pytest.raises(ServiceError) as raised:
            consumed_stream_arn(stream_arn, name, None)
        assert (raised.value.code, raised.value.message) == (
            "InvalidArgumentException",
            "Either ConsumerARN or both StreamARN and ConsumerName should be provided.",
        )


@pytest.mark.parametrize("arn", [STREAM_ARN, f"{STREAM_ARN}/consumer/"])
def test_what_is_no_arn_of_a_consumer_is_refused(arn: str) -> None:
    with pytest.raises(ServiceError) as raised:
        stream_arn_of(arn)

    assert raised.value.code == "InvalidArgumentException"


def test_consumers_are_listed_page_by_page() -> None:
    stream = FakeStream({})
    for name in ("c", "a", "b"):
        register(stream, name, 0)

    first, token = list_consumers(stream, maximum_results=2)
    second, end = list_consumers(stream, token, maximum_results=2)

    assert [[consumer.consumer_name for consumer in page] for page in (first, second)] == [["a", "b"], ["c"]]
    assert end is None


def test_an_unreadable_token_is_refused() -> None:
    with pytest.raises(ServiceError) as raised:
        list_consumers(FakeStream({}), "?")

    assert raised.value.code == "InvalidArgumentException"
