"""In-memory stand-ins for the services that make resources step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.exceptions import ClientError

from bootstrap.archive import code_sha256
from bootstrap.aws import Aws, Place, Wait

PLACE = Place("aws", "eu-north-1", "000000000000")


def client_error(code: str, message: str = "", operation: str = "Call") -> ClientError:
    """Return an error as AWS answers it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass
class FakeClock:
    """Time that only sleeping moves."""

    time: float = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def make_aws(place: Place = PLACE, **clients: object) -> Aws:
    """Return what every resource is made with; a client that is not given must not be used."""
    clock = FakeClock()
    names = ("dynamodb", "firehose", "iam", "kinesis", "lambda_", "logs", "pipes", "s3", "sqs")
    given: dict[str, Any] = {name: cast(Any, clients.get(name)) for name in names}
    return Aws(place=place, wait=Wait(clock.now, clock.sleep), **given)


@dataclass
class FakeFirehose:
    """One delivery stream, ACTIVE from the second look on."""

    description: dict[str, Any] | None = None
    calls: list[str] = field(default_factory=list)
    looks: int = 0

    def describe_delivery_stream(self, DeliveryStreamName: str) -> dict[str, Any]:
        if self.description is None:
            raise client_error("ResourceNotFoundException")
        self.looks += 1
        if self.description["DeliveryStreamStatus"] == "CREATING" and self.looks > 1:
            self.description["DeliveryStreamStatus"] = "ACTIVE"
        if self.description["DeliveryStreamStatus"] == "DELETING":
            self.description = None
            return {"DeliveryStreamDescription": {"DeliveryStreamStatus": "DELETING"}}
        return {"DeliveryStreamDescription": self.description}

    def create_delivery_stream(self, **request: Any) -> None:
        self.calls.append("create")
        self.description = {
            "DeliveryStreamARN": f"arn:{request['DeliveryStreamName']}",
            "DeliveryStreamStatus": "CREATING",
            "VersionId": "1",
            "Source": {
                "KinesisStreamSourceDescription": {
                    **request["KinesisStreamSourceConfiguration"],
                    "DeliveryStartTimestamp": 0,
                }
            },
            "Destinations": [
                {
                    "DestinationId": "destinationId-000000000001",
                    "ExtendedS3DestinationDescription": {
                        **request["ExtendedS3DestinationConfiguration"],
                        "S3BackupMode": "Disabled",
                    },
                }
            ],
        }

    def update_destination(
        self,
        DeliveryStreamName: str,
        CurrentDeliveryStreamVersionId: str,
        DestinationId: str,
        ExtendedS3DestinationUpdate: dict[str, Any],
    ) -> None:
        self.calls.append(f"update {CurrentDeliveryStreamVersionId} {DestinationId}")
        assert self.description is not None
        self.description["Destinations"][0]["ExtendedS3DestinationDescription"] |= ExtendedS3DestinationUpdate

    def delete_delivery_stream(self, DeliveryStreamName: str) -> None:
        self.calls.append("delete")
        assert self.description is not None
        self.description["DeliveryStreamStatus"] = "DELETING"


@dataclass
class FakePipes:
    """One pipe; `failures` are the reasons for which the next creations fail."""

    pipe: dict[str, Any] | None = None
    failures: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def describe_pipe(self, Name: str) -> dict[str, Any]:
        if self.pipe is None:
            raise client_error("NotFoundException")
        described = {**self.pipe}
        settled = {"CREATING": "RUNNING", "UPDATING": "RUNNING", "STARTING": "RUNNING"}
        if self.pipe["CurrentState"] == "DELETING":
            self.pipe = None
        elif self.pipe["CurrentState"] == "CREATING" and self.failures:
            self.pipe |= {"CurrentState": "CREATE_FAILED", "StateReason": self.failures.pop(0)}
        else:
            self.pipe["CurrentState"] = settled.get(self.pipe["CurrentState"], self.pipe["CurrentState"])
        return described

    def create_pipe(self, Name: str, **request: Any) -> None:
        self.calls.append(("create", request))
        self.pipe = {**request, "Arn": f"arn:{Name}", "CurrentState": "CREATING"}

    def update_pipe(self, Name: str, **request: Any) -> None:
        self.calls.append(("update", request))
        assert self.pipe is not None
        self.pipe |= {**request, "CurrentState": "UPDATING"}

    def start_pipe(self, Name: str) -> None:
        self.calls.append(("start", {}))
        assert self.pipe is not None
        self.pipe |= {"CurrentState": "STARTING", "DesiredState": "RUNNING"}

    def delete_pipe(self, Name: str) -> None:
        self.calls.append(("delete", {}))
        assert self.pipe is not None
        self.pipe["CurrentState"] = "DELETING"


@dataclass
class FakeLambda:
    """One function, ready at the second look after a change."""

    function: dict[str, Any] | None = None
    calls: list[str] = field(default_factory=list)

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:
        if self.function is None:
            raise client_error("ResourceNotFoundException")
        described = {**self.function}
        self.function |= {"State": "Active", "LastUpdateStatus": "Successful"}
        return described

    def create_function(self, FunctionName: str, PackageType: str, Code: Any, **request: Any) -> None:
        self.calls.append("create")
        self.function = {
            **request,
            "FunctionArn": f"arn:{FunctionName}",
            "CodeSha256": code_sha256(Code["ZipFile"]),
            "State": "Pending",
        }

    def update_function_code(self, FunctionName: str, ZipFile: bytes) -> None:
        self.calls.append("update code")
        assert self.function is not None
        self.function |= {"CodeSha256": code_sha256(ZipFile), "LastUpdateStatus": "InProgress"}

    def update_function_configuration(self, FunctionName: str, **request: Any) -> None:
        self.calls.append("update configuration")
        assert self.function is not None
        self.function |= {**request, "LastUpdateStatus": "InProgress"}


@dataclass
class FakeDynamoDB:
    """One table, ACTIVE at once."""

    table: dict[str, Any] | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    def describe_table(self, TableName: str) -> dict[str, Any]:
        if self.table is None:
            raise client_error("ResourceNotFoundException")
        return {"Table": self.table}

    def create_table(
        self, TableName: str, AttributeDefinitions: Any, BillingMode: str, **request: Any
    ) -> None:
        self.calls.append({"BillingMode": BillingMode, **request})
        self.table = {
            **request,
            "TableArn": f"arn:{TableName}",
            "TableStatus": "ACTIVE",
            "BillingModeSummary": {"BillingMode": BillingMode},
            "LatestStreamArn": f"arn:{TableName}/stream/1",
        }

    def update_table(self, TableName: str, **request: Any) -> None:
        self.calls.append(request)
        assert self.table is not None
        if "BillingMode" in request:
            self.table["BillingModeSummary"] = request
        if "StreamSpecification" in request:
            self.table["StreamSpecification"] = request["StreamSpecification"]


def raising(*errors: Exception, then: Any) -> Callable[[], Any]:
    """Return an action that raises these errors in turn and then returns something."""
    waiting = list(errors)

    def action() -> Any:
        if waiting:
            raise waiting.pop(0)
        return then

    return action
