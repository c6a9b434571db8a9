"""A batch on its way through enrichment and target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html
"""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.pipes.clock import Clock
from emulator.pipes.enrichment import Enrichment
from emulator.pipes.errors import PartialBatchError, PipeError, TargetError
from emulator.pipes.event import Event
from emulator.pipes.execution import Execution
from emulator.pipes.input_template import InputTemplate, PipeNames
from emulator.pipes.invocation import LambdaFunction, StateMachine
from emulator.pipes.observer import Text
from emulator.pipes.targets.invocation import InvocationTarget
from emulator.pipes.targets.kinesis import KinesisTarget
from tests.clock import ManualClock
from tests.unit.pipes.fakes import PIPE_ARN, STREAM_ARN, TARGET_ARN, FakeKinesis, client_error

FUNCTION_ARN = "arn:aws:lambda:eu-north-1:000000000000:function:enrich"
MACHINE_ARN = "arn:aws:states:eu-north-1:000000000000:stateMachine:enrich"
NAMES = PipeNames(PIPE_ARN, "orders-pipe", STREAM_ARN, FUNCTION_ARN, TARGET_ARN)


@dataclass
class FakeLambda:
    """A function; `answer` maps what it receives to what it returns."""

    answer: Callable[[Any], Any] = lambda array: array
    raw: bytes | None = None
    function_error: str | None = None
    failure: Exception | None = None
    received: list[Any] = field(default_factory=list)
    invocation_types: list[str] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        """Invoke the function."""
        assert FunctionName == FUNCTION_ARN
        if self.failure is not None:
            raise self.failure
        self.received.append(json.loads(Payload))
        self.invocation_types.append(InvocationType)
        if InvocationType == "Event":
            return {"StatusCode": 202, "Payload": io.BytesIO(b"")}
        raw = self.raw if self.raw is not None else json.dumps(self.answer(self.received[-1])).encode()
        response: dict[str, Any] = {"StatusCode": 200, "Payload": io.BytesIO(raw)}
        if self.function_error is not None:
            response["FunctionError"] = self.function_error
        return response


@dataclass
class FakeStepFunctions:
    """A state machine that returns its input, or fails."""

    failure: Exception | None = None
    status: str = "SUCCEEDED"
    output: Callable[[str], str] = lambda text: text
    started: list[tuple[str, Any]] = field(default_factory=list)

    def start_execution(self, *, stateMachineArn: str, input: str) -> dict[str, Any]:
        """Start an execution."""
        self.started.append(("start_execution", json.loads(input)))
        return {"executionArn": "arn"}

    def start_sync_execution(self, *, stateMachineArn: str, input: str) -> dict[str, Any]:
        """Execute and wait."""
        if self.failure is not None:
            raise self.failure
        self.started.append(("start_sync_execution", json.loads(input)))
        if self.status != "SUCCEEDED":
            return {"status": self.status, "error": "States.TaskFailed", "cause": "boom"}
        return {"status": self.status, "output": self.output(input)}


@dataclass
class Recorder:
    """An observer that keeps every step with the texts that it offers."""

    steps: list[str] = field(default_factory=list)
    payloads: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    responses: dict[str, str] = field(default_factory=dict)
    errors: dict[str, PipeError] = field(default_factory=dict)

    def begin(self, events: Sequence[Event]) -> "Recorder":
        """Begin an execution."""
        return self

    def step(
        self,
        message_type: str,
        *,
        payload: Text | None = None,
        aws_request: Text | None = None,
        aws_response: Text | None = None,
        error: PipeError | None = None,
    ) -> None:
        """Keep a step."""
        self.steps.append(message_type)
        if payload is not None:
            self.payloads[message_type] = json.loads(payload())
        if aws_request is not None:
            self.requests[message_type] = aws_request()
        if aws_response is not None:
            self.responses[message_type] = aws_response()
        if error is not None:
            self.errors[message_type] = error


@dataclass
class Subject:
    """An execution with fakes around it; the target is a data stream unless `function_target` is given."""

    enrichment: FakeLambda | None = None
    enrichment_template: str | None = None
    target_template: str | None = None
    partition_key: str = "$.eventID"
    function_target: FakeLambda | None = None
    kinesis: FakeKinesis = field(default_factory=FakeKinesis)
    recorder: Recorder = field(default_factory=Recorder)

    def send(self, *numbers: int, **body: Any) -> None:
        """Execute a batch of events with these numbers."""
        clock = ManualClock()
        Execution(
            target=(
                InvocationTarget(LambdaFunction(self.function_target, FUNCTION_ARN))
                if self.function_target is not None
                else KinesisTarget(self.kinesis, TARGET_ARN, self.partition_key)
            ),
            target_template=self.template(self.target_template),
            enrichment=(
                Enrichment(LambdaFunction(self.enrichment, FUNCTION_ARN))
                if self.enrichment is not None
                else None
            ),
            enrichment_template=self.template(self.enrichment_template),
            observer=self.recorder,
            clock=Clock(clock, clock),
        ).send([event(number, **body) for number in numbers])

    def template(self, text: str | None) -> InputTemplate | None:
        """Compile a template."""
        return None if text is None else InputTemplate(text, NAMES)

    @property
    def data(self) -> list[Any]:
        """What the data stream has accepted, as JSON."""
        return [json.loads(record["Data"]) for record in self.kinesis.accepted]


def event(number: int, **body: Any) -> Event:
    """Return an event with an id."""
    document = {"eventID": f"id{number}", "number": number, **body}
    return Event(str(number), 0.0, document, json.dumps(document).encode())


def test_event_without_template_and_enrichment_arrives_as_it_is() -> None:
    # GIVEN neither
    subject = Subject()

    # WHEN a batch is executed
    subject.send(1)

    # THEN the data is the event's own, and the log has the steps of a plain execution
    assert subject.kinesis.accepted[0]["Data"] == event(1).data
    assert subject.recorder.steps == [
        "TARGET_STAGE_ENTERED",
        "TARGET_INVOCATION_STARTED",
        "TARGET_INVOCATION_SUCCEEDED",
        "TARGET_STAGE_SUCCEEDED",
        "EXECUTION_SUCCEEDED",
    ]


def test_partition_key_looks_into_the_event_before_the_target_template() -> None:
    # GIVEN a template that drops the id
    subject = Subject(target_template='{"n": <$.number>}', partition_key="$.eventID")

    # WHEN a batch is executed
    subject.send(1, 2)

    # THEN each event was changed on its own, and the keys are those of the events
    assert subject.data == [{"n": 1}, {"n": 2}]
    assert [record["PartitionKey"] for record in subject.kinesis.accepted] == ["id1", "id2"]


def test_enrichment_gets_the_array_after_its_template_and_its_answer_replaces_the_events() -> None:
    # GIVEN both templates and an enrichment
    enrichment = FakeLambda(answer=lambda array: [{"eventID": each["id"], "price": 2} for each in array])
    subject = Subject(
        enrichment=enrichment,
        enrichment_template='{"id": <$.eventID>}',
        target_template='{"p": <$.price>, "e": <aws.pipes.enrichment-arn>}',
        partition_key="$.price",
    )

    # WHEN a batch is executed
    subject.send(1)

    # THEN every stage saw what the one before made
    assert enrichment.received == [[{"id": "id1"}]]
    assert enrichment.invocation_types == ["RequestResponse"]
    assert subject.data == [{"p": 2, "e": FUNCTION_ARN}]
    assert subject.kinesis.accepted[0]["PartitionKey"] == "2"
    assert subject.recorder.steps == [
        "ENRICHMENT_STAGE_ENTERED",
        "ENRICHMENT_TRANSFORMATION_STARTED",
        "ENRICHMENT_TRANSFORMATION_SUCCEEDED",
        "ENRICHMENT_INVOCATION_STARTED",
        "ENRICHMENT_INVOCATION_SUCCEEDED",
        "ENRICHMENT_STAGE_SUCCEEDED",
        "TARGET_STAGE_ENTERED",
        "TARGET_TRANSFORMATION_STARTED",
        "TARGET_TRANSFORMATION_SUCCEEDED",
        "TARGET_INVOCATION_STARTED",
        "TARGET_INVOCATION_SUCCEEDED",
        "TARGET_STAGE_SUCCEEDED",
        "EXECUTION_SUCCEEDED",
    ]
    assert subject.recorder.payloads == {
        "ENRICHMENT_TRANSFORMATION_SUCCEEDED": [{"id": "id1"}],
        "ENRICHMENT_STAGE_SUCCEEDED": [{"eventID": "id1", "price": 2}],
        "TARGET_TRANSFORMATION_SUCCEEDED": [{"p": 2, "e": FUNCTION_ARN}],
        "TARGET_STAGE_SUCCEEDED": [{"p": 2, "e": FUNCTION_ARN}],
    }
    assert subject.recorder.requests["ENRICHMENT_INVOCATION_SUCCEEDED"] == '"[{\\"id\\": \\"id1\\"}]"'


@pytest.mark.parametrize(
    ("answer", "delivered"),
    [
        ([{"a": 1}], [{"a": 1}]),
        ([{"a": 1}, {"a": 2}, {"a": 3}], [{"a": 1}, {"a": 2}, {"a": 3}]),
        ({"a": 1}, [{"a": 1}]),
        ([{}], [{}]),
        ("text", ["text"]),
    ],
    ids=["shorter", "longer", "single object", "array with an empty object", "text"],
)
def test_answer_of_the_enrichment(answer: Any, delivered: list[Any]) -> None:
    # GIVEN an enrichment with this answer
    subject = Subject(enrichment=FakeLambda(answer=lambda array: answer), partition_key="k")

    # WHEN two events are executed
    subject.send(1, 2)

    # THEN the target gets the answer's events
    assert subject.data == delivered


@pytest.mark.parametrize(
    "raw", [b'""', b"{}", b"[]", b"null", b""], ids=["text", "object", "array", "null", "nothing"]
)
def test_empty_answer_skips_the_target_and_the_batch_is_done(raw: bytes) -> None:
    # GIVEN an enrichment that returns nothing
    subject = Subject(enrichment=FakeLambda(raw=raw))

    # WHEN a batch is executed
    subject.send(1)

    # THEN the target is not invoked, and the execution succeeds
    assert subject.kinesis.requests == []
    assert subject.recorder.steps[-2:] == ["TARGET_STAGE_SKIPPED", "EXECUTION_SUCCEEDED"]


def test_answer_with_more_events_than_the_target_takes_fails_the_execution() -> None:
    # GIVEN an enrichment that returns 501 events for a data stream
    subject = Subject(enrichment=FakeLambda(answer=lambda array: [{"a": 1}] * 501), partition_key="k")

    # WHEN a batch is executed
    with pytest.raises(TargetError, match="501") as caught:
        subject.send(1)

    # THEN the target is not invoked, and it is the customer's error
    assert (subject.kinesis.requests, caught.value.internal) == ([], False)
    assert subject.recorder.steps[-3:] == [
        "TARGET_INVOCATION_SKIPPED",
        "TARGET_STAGE_FAILED",
        "EXECUTION_FAILED",
    ]


@pytest.mark.parametrize(
    ("enrichment", "internal"),
    [
        (FakeLambda(function_error="Unhandled"), False),
        (FakeLambda(failure=client_error("ResourceNotFoundException", 404)), False),
        (FakeLambda(failure=client_error("TooManyRequestsException", 429)), True),
        (FakeLambda(failure=client_error("ServiceException", 500)), True),
        (FakeLambda(raw=b"not json"), False),
        (FakeLambda(raw=b'"' + b"x" * (6 * 1024 * 1024) + b'"'), False),
    ],
    ids=["raises", "missing", "throttled", "server error", "not JSON", "more than 6 MB"],
)
def test_enrichment_that_fails_fails_the_whole_batch(enrichment: FakeLambda, internal: bool) -> None:
    # GIVEN such an enrichment
    subject = Subject(enrichment=enrichment)

    # WHEN a batch is executed
    with pytest.raises(TargetError) as caught:
        subject.send(1, 2)

    # THEN nothing is delivered, the whole batch failed, and the error tells whose fault it is
    assert subject.kinesis.requests == []
    assert (isinstance(caught.value, PartialBatchError), caught.value.internal) == (False, internal)
    assert subject.recorder.steps[-3:] == [
        "ENRICHMENT_INVOCATION_FAILED",
        "ENRICHMENT_STAGE_FAILED",
        "EXECUTION_FAILED",
    ]


def test_template_that_makes_no_json_fails_before_the_function() -> None:
    # GIVEN a function as the target, and a template that is JSON only without quotes in the event
    function = FakeLambda()
    subject = Subject(function_target=function, target_template='{"q": "<$.q>"}')

    # WHEN an event with quotes is executed
    with pytest.raises(TargetError):
        subject.send(1, q='say "hi"')

    # THEN the function is not invoked
    assert function.received == []
    assert subject.recorder.steps[-3:] == [
        "TARGET_TRANSFORMATION_FAILED",
        "TARGET_STAGE_FAILED",
        "EXECUTION_FAILED",
    ]


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, None),
        ("", None),
        ({"ok": True}, None),
        ({"batchItemFailures": []}, None),
        ({"batchItemFailures": None}, None),
        ({"batchItemFailures": [{"itemIdentifier": "id2"}]}, (1,)),
        ({"batchItemFailures": [{"itemIdentifier": "id3"}, {"itemIdentifier": "id1"}]}, (0, 2)),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, "all"),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, "all"),
        ({"batchItemFailures": [{"wrongName": "id1"}]}, "all"),
        ({"batchItemFailures": [{"itemIdentifier": "id9"}]}, "all"),
        ({"batchItemFailures": [{"itemIdentifier": f"id{n}"} for n in (1, 2, 3)]}, "all"),
    ],
)
def test_batch_item_failures_of_a_function(answer: Any, failed: Any) -> None:
    # GIVEN a function as the target
    function = FakeLambda(answer=lambda array: answer)
    subject = Subject(function_target=function)

    # WHEN three events are executed
    try:
        subject.send(1, 2, 3)
        outcome: Any = None
    except PartialBatchError as error:
        outcome = error.failed_indexes
    except TargetError as error:
        outcome = "internal" if error.internal else "all"

    # THEN it got one array, and what it named has failed
    assert [[each["number"] for each in array] for array in function.received] == [[1, 2, 3]]
    assert outcome == failed


def test_function_that_raises_fails_the_whole_batch() -> None:
    with pytest.raises(TargetError, match="Unhandled") as caught:
        Subject(function_target=FakeLambda(function_error="Unhandled")).send(1, 2)
    assert (isinstance(caught.value, PartialBatchError), caught.value.internal) == (False, False)


def test_function_that_nobody_waits_for_is_invoked_as_an_event() -> None:
    # GIVEN FIRE_AND_FORGET
    client = FakeLambda()
    target = InvocationTarget(LambdaFunction(client, FUNCTION_ARN, waits=False))

    # WHEN a batch of one is sent
    target.send([event(1)])

    # THEN it is an array all the same
    assert (client.invocation_types, client.received) == (["Event"], [[event(1).body]])


@pytest.mark.parametrize(("waits", "operation"), [(True, "start_sync_execution"), (False, "start_execution")])
def test_state_machine_gets_the_array(waits: bool, operation: str) -> None:
    # GIVEN a state machine
    client = FakeStepFunctions()

    # WHEN a batch is sent
    InvocationTarget(StateMachine(client, MACHINE_ARN, waits=waits)).send([event(1), event(2)])

    # THEN one execution has both events
    assert client.started == [(operation, [event(1).body, event(2).body])]


def test_batch_item_failures_of_a_state_machine() -> None:
    client = FakeStepFunctions(output=lambda text: '{"batchItemFailures":[{"itemIdentifier":"id2"}]}')
    with pytest.raises(PartialBatchError) as caught:
        InvocationTarget(StateMachine(client, MACHINE_ARN)).send([event(1), event(2)])
    assert caught.value.failed_indexes == (1,)


@pytest.mark.parametrize(
    ("client", "internal"),
    [
        (FakeStepFunctions(status="FAILED"), False),
        (FakeStepFunctions(status="TIMED_OUT"), False),
        (FakeStepFunctions(failure=client_error("StateMachineTypeNotSupported")), False),
        (FakeStepFunctions(failure=client_error("ThrottlingException")), True),
    ],
    ids=["failed", "timed out", "standard workflow", "throttled"],
)
def test_state_machine_that_fails_fails_the_whole_batch(client: FakeStepFunctions, internal: bool) -> None:
    with pytest.raises(TargetError) as caught:
        InvocationTarget(StateMachine(client, MACHINE_ARN)).send([event(1), event(2)])
    assert (isinstance(caught.value, PartialBatchError), caught.value.internal) == (False, internal)


def test_partial_failure_after_an_enrichment_names_the_source_events_by_their_ids() -> None:
    # GIVEN an enrichment that turns the order around, and a stream that refuses its first record
    enrichment = FakeLambda(answer=lambda array: list(reversed(array)))
    subject = Subject(enrichment=enrichment, kinesis=FakeKinesis(failures=[{0: "InternalFailure"}]))

    # WHEN three events are executed
    with pytest.raises(PartialBatchError) as caught:
        subject.send(1, 2, 3)

    # THEN it is the last one of the source that failed
    assert (caught.value.failed_indexes, caught.value.internal) == ((2,), True)
    assert subject.recorder.steps[-3:] == [
        "TARGET_INVOCATION_PARTIALLY_FAILED",
        "TARGET_STAGE_PARTIALLY_FAILED",
        "EXECUTION_PARTIALLY_FAILED",
    ]


def test_partial_failure_after_an_enrichment_that_lost_the_ids_fails_the_whole_batch() -> None:
    # GIVEN an enrichment that drops the ids
    enrichment = FakeLambda(answer=lambda array: [{"n": each["number"]} for each in array])
    kinesis = FakeKinesis(failures=[{0: "ValidationError"}])
    subject = Subject(enrichment=enrichment, kinesis=kinesis, partition_key="k")

    # WHEN a batch fails in part
    with pytest.raises(TargetError) as caught:
        subject.send(1, 2)

    # THEN all of it is to be tried again
    assert not isinstance(caught.value, PartialBatchError)
    assert subject.recorder.steps[-2:] == ["TARGET_STAGE_FAILED", "EXECUTION_FAILED"]


def test_message_of_a_queue_is_known_by_its_message_id() -> None:
    # GIVEN a function that names a message
    function = FakeLambda(answer=lambda array: {"batchItemFailures": [{"itemIdentifier": "m2"}]})
    target = InvocationTarget(LambdaFunction(function, FUNCTION_ARN))
    bodies = [{"messageId": "m1", "eventSource": "aws:sqs"}, {"messageId": "m2", "eventSource": "aws:sqs"}]

    # WHEN the messages are sent
    with pytest.raises(PartialBatchError) as caught:
        target.send([Event(str(n), 0.0, body, json.dumps(body).encode()) for n, body in enumerate(bodies)])

    # THEN that one failed
    assert caught.value.failed_indexes == (1,)


# JSON that a program writes which cuts a text in the middle of an emoji.
CUT = "cut \ud83d"


@pytest.mark.parametrize("template", ['{"m": <$.text>}', "<$.text>"], ids=["JSON", "text"])
def test_half_of_a_surrogate_pair_passes_the_template_as_its_escape(template: str) -> None:
    # GIVEN an event whose text UTF-8 has no bytes for
    subject = Subject(target_template=template)

    # WHEN it is executed
    subject.send(1, text=CUT)

    # THEN the data holds the escape that JSON has for it, which is read as the same text again
    (record,) = subject.kinesis.accepted
    assert b"cut \\ud83d" in record["Data"]
    if template.startswith("{"):
        assert json.loads(record["Data"]) == {"m": CUT}


def test_half_of_a_surrogate_pair_passes_an_enrichment() -> None:
    subject = Subject(enrichment=FakeLambda(answer=lambda array: [{"m": CUT}]), partition_key="k")
    subject.send(1)
    assert subject.data == [{"m": CUT}]


def test_event_of_an_enrichment_may_have_anything_as_its_source() -> None:
    subject = Subject(
        enrichment=FakeLambda(answer=lambda array: [{"eventSource": ["x"], "k": "key"}]), partition_key="$.k"
    )
    subject.send(1)
    assert [record["PartitionKey"] for record in subject.kinesis.accepted] == ["key"]
