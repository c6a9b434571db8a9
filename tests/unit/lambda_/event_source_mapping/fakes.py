"""A mapping of an in-memory stream to an in-memory function."""

import base64
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from emulator.lambda_.event_source_mapping.assembly import MappingAssembly
from emulator.lambda_.event_source_mapping.invocation import Attempt
from emulator.lambda_.event_source_mapping.mapping import read_mapping
from emulator.lambda_.event_source_mapping.tumbling_window import MappingProgress
from emulator.lambda_.invocation_request import MAX_PAYLOAD_BYTES
from emulator.pipes.clock import Clock
from emulator.pipes.event_pattern import compile_filter
from emulator.pipes.stream_poller import StreamPoller
from tests.clock import ManualClock
from tests.unit.pipes.fakes import QUEUE_ARN, FakeSns, FakeSqs, FakeStreams, client_error
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN, FakeDataStream

FUNCTION_ARN = "arn:aws:lambda:eu-north-1:000000000000:function:orders"
FUNCTION_ROLE_ARN = "arn:aws:iam::000000000000:role/orders-role"
TOPIC_ARN = "arn:aws:sns:eu-north-1:000000000000:orders-failed"
BUCKET_ARN = "arn:aws:s3:::orders-failed"
UUID = "0f9bd5a5-9f4a-4c3e-9f0e-5d8f0e7b7c11"

# What a function does with the values of a batch: its answer, or an error it raises.
Behaviour = Callable[[Sequence[str], Sequence[str]], Any]


def value_of(record: dict[str, Any]) -> str:
    """Return what the test wrote."""
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode()
    return str(record["dynamodb"]["Keys"]["orderid"]["S"])


def number_of(record: dict[str, Any]) -> str:
    """Return a record's sequence number."""
    return str(
        record["kinesis"]["sequenceNumber"] if "kinesis" in record else record["dynamodb"]["SequenceNumber"]
    )


@dataclass
class FakeLambda:
    """One function; `failures` are raised by the next calls, before the function is invoked."""

    behaviour: Behaviour = lambda values, numbers: None
    payloads: list[dict[str, Any]] = field(default_factory=list)
    failures: list[ClientError] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        """Invoke the function."""
        assert (FunctionName, InvocationType) == (FUNCTION_ARN, "RequestResponse")
        if self.failures:
            raise self.failures.pop(0)
        if len(Payload) > MAX_PAYLOAD_BYTES:
            raise client_error("RequestEntityTooLargeException")
        payload = json.loads(Payload)
        self.payloads.append(payload)
        records = payload["Records"]
        response: dict[str, Any] = {
            "StatusCode": 200,
            "ExecutedVersion": "$LATEST",
            "ResponseMetadata": {"RequestId": f"request-{len(self.payloads)}"},
        }
        try:
            answer = self.behaviour(
                [value_of(record) for record in records], [number_of(record) for record in records]
            )
        except ValueError as error:
            return response | {"FunctionError": "Unhandled", "Payload": io.BytesIO(str(error).encode())}
        return response | {"Payload": io.BytesIO(json.dumps(answer).encode())}

    @property
    def batches(self) -> list[list[str]]:
        """Return the values of every batch."""
        return [[value_of(record) for record in payload["Records"]] for payload in self.payloads]


@dataclass
class FakeS3:
    """Buckets that all exist."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        """Keep an object."""
        self.objects[f"{Bucket}/{Key}"] = Body


class Subject:
    """A mapping, its stream and its function; `start` is what enabling it does, `stop` what disabling does."""

    def __init__(
        self,
        *,
        source_arn: str = DATA_STREAM_ARN,
        behaviour: Behaviour = lambda values, numbers: None,
        **configuration: Any,
    ) -> None:
        self.clock = ManualClock()
        self.stream = FakeDataStream(clock=self.clock)
        self.table_stream = FakeStreams(self.clock)
        self.function = FakeLambda(behaviour)
        self.sqs, self.sns, self.s3 = FakeSqs(), FakeSns(), FakeS3()
        self.progress = MappingProgress()
        self.results: list[str] = []
        self.holds_invocations = False
        self.held: list[Callable[[], None]] = []
        self.configuration = {
            "UUID": UUID,
            "EventSourceArn": source_arn,
            "FunctionArn": FUNCTION_ARN,
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 100,
            "MaximumRetryAttempts": -1,
            "MaximumRecordAgeInSeconds": -1,
            **configuration,
        }
        self._clients = {
            "kinesis": self.stream,
            "dynamodbstreams": self.table_stream,
            "lambda": self.function,
            "sqs": self.sqs,
            "sns": self.sns,
            "s3": self.s3,
        }
        self._poller: StreamPoller | None = None

    def start(self) -> None:
        """Enable the mapping."""
        self._poller = MappingAssembly(
            read_mapping(self.configuration, FUNCTION_ROLE_ARN),
            self._clients.__getitem__,
            compile_filter,
            Clock(self.clock, self.clock),
            self.begin,
            self.results.append,
        ).poller(self.progress, lambda: False)

    def begin(self, deliver: Callable[[], object]) -> Attempt:
        """Deliver at once, unless invocations are to be held up."""
        attempt = Attempt()

        def run() -> None:
            deliver()
            attempt.done = True

        if self.holds_invocations:
            self.held.append(run)
        else:
            run()
        return attempt

    def step(self) -> float:
        """Poll once; return after how many seconds to poll again."""
        assert self._poller is not None
        return self._poller.step(lambda: False)

    def run(self, seconds: float = 1.0) -> None:
        """Let the mapping, enabled if it was not, poll for a while of the manual clock."""
        if self._poller is None:
            self.start()
        end = self.clock.now + seconds
        while self.clock.now <= end:
            self.clock.advance(max(self.step(), 0.001))

    def stop(self) -> None:
        """Disable the mapping."""
        self._poller = None

    @property
    def batches(self) -> list[list[str]]:
        """Return the values of every batch that the function got."""
        return self.function.batches

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Return the messages in the queue of what was given up."""
        return [json.loads(body) for _, body in self.sqs.messages]


def to(destination_arn: str = QUEUE_ARN) -> dict[str, Any]:
    """Return a DestinationConfig."""
    return {"OnFailure": {"Destination": destination_arn}}
