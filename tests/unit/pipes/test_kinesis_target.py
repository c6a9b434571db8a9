"""Writing batches to a Kinesis data stream.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from emulator.pipes.errors import PartialBatchError, TargetError
from emulator.pipes.event import Event
from emulator.pipes.targets.kinesis import KinesisTarget
from tests.unit.pipes.fakes import TARGET_ARN, FakeKinesis, client_error, event


def target(kinesis: FakeKinesis, partition_key: str = "$.order_id") -> KinesisTarget:
    """Return a target on a fake stream."""
    return KinesisTarget(kinesis, TARGET_ARN, partition_key)


def test_each_event_is_one_record_of_one_request() -> None:
    # GIVEN a batch of two
    kinesis = FakeKinesis()

    # WHEN it is sent
    target(kinesis).send([event(1, order_id="a"), event(2, order_id="b")])

    # THEN one request carries both, in order, each with the event's JSON as data
    assert kinesis.requests == [
        [
            {"Data": b'{"number":1}', "PartitionKey": "a"},
            {"Data": b'{"number":2}', "PartitionKey": "b"},
        ]
    ]


@pytest.mark.parametrize(
    ("partition_key", "order_id", "expected"),
    [
        pytest.param("orders", "a", "orders", id="constant"),
        pytest.param("user-$.order_id", "a", "user-$.order_id", id="mixed text is a constant"),
        pytest.param("$.order_id", "a", "a", id="path"),
        pytest.param("$.order_id", 7, "7", id="number"),
        pytest.param("$.order_id", True, "true", id="boolean"),
    ],
)
def test_partition_key(partition_key: str, order_id: Any, expected: str) -> None:
    # GIVEN a stream
    kinesis = FakeKinesis()

    # WHEN an event is sent
    target(kinesis, partition_key).send([event(1, order_id=order_id)])

    # THEN its record has the key
    assert kinesis.accepted[0]["PartitionKey"] == expected


@pytest.mark.parametrize(
    "order_id",
    ["", "x" * 257, {"S": "a"}, None, "cut \ud83d"],
    ids=["empty", "long", "object", "null", "half of a surrogate pair"],
)
def test_event_without_a_usable_partition_key_fails_alone(order_id: Any) -> None:
    # GIVEN a batch whose second event has none
    kinesis = FakeKinesis()
    batch = [event(1, order_id="a"), event(2, order_id=order_id), event(3, order_id="c")]

    # WHEN it is sent
    with pytest.raises(PartialBatchError) as caught:
        target(kinesis).send(batch)

    # THEN the others are written, and the failure is the customer's
    assert [record["PartitionKey"] for record in kinesis.accepted] == ["a", "c"]
    assert (caught.value.failed_indexes, caught.value.internal) == ((1,), False)


def test_refused_records_are_named_by_their_index() -> None:
    # GIVEN a stream that refuses two of three records
    kinesis = FakeKinesis(failures=[{0: "InternalFailure", 2: "ProvisionedThroughputExceededException"}])

    # WHEN a batch is sent
    with pytest.raises(PartialBatchError) as caught:
        target(kinesis, "k").send([event(1), event(2), event(3)])

    # THEN both are named, and it is the service's fault
    assert (caught.value.failed_indexes, caught.value.internal) == ((0, 2), True)


@pytest.mark.parametrize(
    ("error", "internal"),
    [
        (client_error("ResourceNotFoundException"), False),
        (client_error("AccessDeniedException"), False),
        (client_error("ProvisionedThroughputExceededException"), True),
        (client_error("Whatever", status=500), True),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1"), True),
        # An execution takes five minutes at most, and what takes longer is no fault of the service.
        (ReadTimeoutError(endpoint_url="http://127.0.0.1"), False),
    ],
    ids=["missing", "denied", "throttled", "server error", "not connected", "no answer"],
)
def test_failed_request_fails_the_whole_batch(error: Exception, internal: bool) -> None:
    # GIVEN a stream that refuses the request
    kinesis = FakeKinesis(failures=[error])

    # WHEN a batch is sent
    with pytest.raises(TargetError) as caught:
        target(kinesis, "k").send([event(1), event(2)])

    # THEN nothing was accepted, and the error tells whose fault it is
    assert not isinstance(caught.value, PartialBatchError)
    assert (kinesis.accepted, caught.value.internal) == ([], internal)


def test_batch_larger_than_a_request_is_cut() -> None:
    # GIVEN three events of 2 MiB
    kinesis = FakeKinesis()
    events = [Event(str(number), 0.0, {}, b"x" * (2 * 1024 * 1024)) for number in range(3)]

    # WHEN they are sent as one batch
    target(kinesis, "k").send(events)

    # THEN no request is above 5 MiB, and the order is kept
    assert [len(request) for request in kinesis.requests] == [2, 1]
