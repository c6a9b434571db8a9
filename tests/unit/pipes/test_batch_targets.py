"""SQS, SNS, event buses and delivery streams as targets.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.pipes.errors import PartialBatchError, TargetError
from emulator.pipes.target import ServiceTarget
from emulator.pipes.target_parameters import EventBusParameters, QueueTargetParameters
from emulator.pipes.targets.events import EventBusTarget
from emulator.pipes.targets.firehose import FirehoseTarget
from emulator.pipes.targets.sns import SnsTarget
from emulator.pipes.targets.sqs import SqsTarget
from tests.unit.pipes.fakes import QUEUE_ARN, client_error, event

TOPIC_ARN = "arn:aws:sns:eu-north-1:000000000000:orders"
BUS_ARN = "arn:aws:events:eu-north-1:000000000000:event-bus/orders"
DELIVERY_STREAM_ARN = "arn:aws:firehose:eu-north-1:000000000000:deliverystream/orders"
ONE, TWO = '{"number":1}', '{"number":2}'


@dataclass
class FakeService:
    """Every batch API, with its own form of answer; `failures` gives an error code to positions."""

    failures: dict[int, str] = field(default_factory=dict)
    error: Exception | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)

    def get_queue_url(self, *, QueueName: str, QueueOwnerAWSAccountId: str) -> dict[str, str]:
        """Return the queue's URL."""
        return {"QueueUrl": f"http://sqs/{QueueOwnerAWSAccountId}/{QueueName}"}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """Answer as SQS."""
        return self._with_ids(request, request["Entries"])

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        """Answer as SNS."""
        return self._with_ids(request, request["PublishBatchRequestEntries"])

    def put_events(self, **request: Any) -> dict[str, Any]:
        """Answer as EventBridge."""
        results = self._in_order(request, request["Entries"])
        return {"FailedEntryCount": len(self.failures), "Entries": results}

    def put_record_batch(self, **request: Any) -> dict[str, Any]:
        """Answer as Firehose."""
        results = self._in_order(request, request["Records"])
        return {"FailedPutCount": len(self.failures), "RequestResponses": results}

    def _with_ids(self, request: dict[str, Any], entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        self._keep(request)
        failed = [
            {"Id": entries[position]["Id"], "Code": code, "SenderFault": code != "InternalError"}
            for position, code in self.failures.items()
        ]
        return {"Successful": [], "Failed": failed}

    def _in_order(self, request: dict[str, Any], entries: Sequence[Any]) -> list[dict[str, str]]:
        self._keep(request)
        return [
            {"ErrorCode": self.failures[position]} if position in self.failures else {}
            for position in range(len(entries))
        ]

    def _keep(self, request: dict[str, Any]) -> None:
        self.requests.append(request)
        if self.error is not None:
            raise self.error


def queue(service: Any, **parameters: Any) -> ServiceTarget:
    """Return a queue as the target."""
    return SqsTarget(service, QUEUE_ARN, QueueTargetParameters(**parameters))


def topic(service: Any) -> ServiceTarget:
    """Return a topic as the target."""
    return SnsTarget(service, TOPIC_ARN)


def bus(service: Any, **parameters: Any) -> ServiceTarget:
    """Return an event bus as the target."""
    return EventBusTarget(
        service,
        BUS_ARN,
        EventBusParameters(**parameters),
        pipe_name="orders-pipe",
        source_service="dynamodb",
    )


def delivery_stream(service: Any) -> ServiceTarget:
    """Return a delivery stream as the target."""
    return FirehoseTarget(service, DELIVERY_STREAM_ARN)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            queue,
            {
                "QueueUrl": "http://sqs/000000000000/orders-pipe-dlq",
                "Entries": [{"Id": "0", "MessageBody": ONE}, {"Id": "1", "MessageBody": TWO}],
            },
        ),
        (
            topic,
            {
                "TopicArn": TOPIC_ARN,
                "PublishBatchRequestEntries": [{"Id": "0", "Message": ONE}, {"Id": "1", "Message": TWO}],
            },
        ),
        (
            bus,
            {
                "Entries": [
                    {
                        "EventBusName": BUS_ARN,
                        "DetailType": "Event from aws:dynamodb",
                        "Source": "Pipe orders-pipe",
                        "Detail": detail,
                    }
                    for detail in (ONE, TWO)
                ]
            },
        ),
        (
            delivery_stream,
            {"DeliveryStreamName": "orders", "Records": [{"Data": ONE.encode()}, {"Data": TWO.encode()}]},
        ),
    ],
    ids=["sqs", "sns", "events", "firehose"],
)
def test_each_event_is_one_entry_of_one_request(
    target: Callable[[Any], ServiceTarget], expected: Any
) -> None:
    # GIVEN a target
    service = FakeService()

    # WHEN a batch of two is sent
    target(service).send([event(1), event(2)])

    # THEN one request has both, in order
    assert service.requests == [expected]


@pytest.mark.parametrize("target", [queue, topic, bus, delivery_stream])
@pytest.mark.parametrize(
    ("code", "internal"),
    [("InvalidParameter", False), ("ThrottlingException", True)],
    ids=["refused", "throttled"],
)
def test_refused_entries_are_named_by_their_index(
    target: Callable[[Any], ServiceTarget], code: str, internal: bool
) -> None:
    # GIVEN a service that refuses the second of three
    service = FakeService(failures={1: code})

    # WHEN they are sent
    with pytest.raises(PartialBatchError) as caught:
        target(service).send([event(1), event(2), event(3)])

    # THEN that one is named, and whose fault it is
    assert (caught.value.failed_indexes, caught.value.internal) == ((1,), internal)


def test_entry_that_is_not_the_senders_fault_is_internal() -> None:
    with pytest.raises(PartialBatchError) as caught:
        queue(FakeService(failures={0: "InternalError"})).send([event(1), event(2)])
    assert caught.value.internal


@pytest.mark.parametrize("target", [queue, topic, bus, delivery_stream])
def test_request_that_fails_fails_the_whole_batch(target: Callable[[Any], ServiceTarget]) -> None:
    with pytest.raises(TargetError) as caught:
        target(FakeService(error=client_error("AccessDenied", 403))).send([event(1), event(2)])
    assert (isinstance(caught.value, PartialBatchError), caught.value.internal) == (False, False)


def test_fifo_ids_are_constants_or_paths() -> None:
    # GIVEN a FIFO queue's parameters
    service = FakeService()
    target = queue(service, message_group_id="orders", message_deduplication_id="$.order_id")

    # WHEN events are sent, one of them without what the path looks for
    with pytest.raises(PartialBatchError) as caught:
        target.send([event(1, order_id="a"), event(2), event(3, order_id=7)])

    # THEN the others have them
    entries = service.requests[0]["Entries"]
    assert [(entry["MessageGroupId"], entry["MessageDeduplicationId"]) for entry in entries] == [
        ("orders", "a"),
        ("orders", "7"),
    ]
    assert caught.value.failed_indexes == (1,)


def test_path_looks_into_the_body_of_a_message() -> None:
    # GIVEN a path into the JSON of an SQS message
    service = FakeService()
    target = queue(service, message_group_id="$.body.customer")

    # WHEN a message is sent
    target.send([event(1, eventSource="aws:sqs", body='{"customer":"c1"}')])

    # THEN the group is its customer
    assert service.requests[0]["Entries"][0]["MessageGroupId"] == "c1"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (1_767_225_600, datetime(2026, 1, 1, tzinfo=UTC)),
    ],
    ids=["RFC 3339", "epoch seconds"],
)
def test_members_of_an_event_are_constants_or_paths(moment: Any, expected: datetime) -> None:
    # GIVEN every parameter of an event bus
    service = FakeService()
    target = bus(
        service, detail_type="$.kind", source="shop.orders", resources=("$.arn", BUS_ARN), time="$.moment"
    )

    # WHEN an event is sent
    target.send([event(1, kind="OrderPlaced", arn=QUEUE_ARN, moment=moment)])

    # THEN it has them
    (entry,) = service.requests[0]["Entries"]
    assert entry == {
        "EventBusName": BUS_ARN,
        "DetailType": "OrderPlaced",
        "Source": "shop.orders",
        "Detail": ONE,
        "Resources": [QUEUE_ARN, BUS_ARN],
        "Time": expected,
    }


def test_time_that_is_none_fails_its_event() -> None:
    with pytest.raises(TargetError, match="Time"):
        bus(FakeService(), time="$.moment").send([event(1, moment="yesterday")])


def test_message_with_characters_that_sqs_refuses_is_the_customers_fault() -> None:
    # GIVEN a queue that refuses a message for its content, which LocalStack does not call the sender's fault
    class Refusing:
        """A queue."""

        def get_queue_url(self, **request: Any) -> dict[str, str]:
            """Return its URL."""
            return {"QueueUrl": "http://127.0.0.1/queue"}

        def send_message_batch(self, **request: Any) -> dict[str, Any]:
            """Refuse everything."""
            failed = {"Id": "0", "Code": "InvalidMessageContents", "SenderFault": False}
            return {"Successful": [], "Failed": [failed]}

    # WHEN it is sent
    with pytest.raises(TargetError) as caught:
        queue(Refusing()).send([event(1)])

    # THEN it uses up retries, so that the dead-letter queue gets it
    assert not caught.value.internal


def test_failed_request_is_the_cause_of_the_error() -> None:
    failure = client_error("AccessDenied", 403)
    with pytest.raises(TargetError) as caught:
        queue(FakeService(error=failure)).send([event(1)])
    assert caught.value.__cause__ is failure
