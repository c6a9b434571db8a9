"""An AWS account in memory, as far as the experiments use it: what is put into one client is seen in another."""

import base64
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

from notebooks.inside.clients import Clients

STARTED_AT = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)


def archive(**files: str) -> bytes:
    """Return a zip file; `handler="..."` is its file handler.py."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zip_file:
        for name, text in files.items():
            zip_file.writestr(f"{name}.py", text)
    return content.getvalue()


def change(order_id: str, event_id: str = "e1", event_name: str = "INSERT") -> dict[str, Any]:
    """Return a change record as the pipe sends it."""
    return {
        "eventID": event_id,
        "eventName": event_name,
        "dynamodb": {"Keys": {"orderid": {"S": order_id}}, "SequenceNumber": "7"},
    }


class FakePages:
    """A paginator that answers with one page per call of `answer`."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        return [self._answer(**request)]


class FakeLambda:
    """Functions; `calls` says what was changed, in order."""

    def __init__(self) -> None:
        self.handler = "transform.handler.lambda_handler"
        self.archive = archive(handler="pass")
        self.runtime = "python3.13"
        self.calls: list[str] = []

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:
        return {
            "Handler": self.handler,
            "Runtime": self.runtime,
            "CodeSha256": base64.b64encode(self.archive[:9]).decode(),
            "State": "Active",
            "LastUpdateStatus": "Successful",
        }

    def update_function_configuration(self, FunctionName: str, Handler: str) -> None:
        self.handler = Handler
        self.calls.append(f"handler {Handler}")

    def update_function_code(self, FunctionName: str, ZipFile: bytes) -> None:
        self.archive = ZipFile
        self.calls.append("code")


class FakePipes:
    """One pipe, which changes its state at the second look."""

    def __init__(self, state: str = "RUNNING") -> None:
        self.state = state
        self._next = state

    def describe_pipe(self, Name: str) -> dict[str, Any]:
        described, self.state = self.state, self._next
        return {"CurrentState": described}

    def stop_pipe(self, Name: str) -> None:
        self.state, self._next = "STOPPING", "STOPPED"

    def start_pipe(self, Name: str) -> None:
        self.state, self._next = "STARTING", "RUNNING"


class FakeFirehose:
    """One delivery stream with an extended S3 destination."""

    def __init__(self, **destination: Any) -> None:
        self.destination = destination
        self.version = 1

    def describe_delivery_stream(self, DeliveryStreamName: str) -> dict[str, Any]:
        description = {
            "DeliveryStreamStatus": "ACTIVE",
            "VersionId": str(self.version),
            "Destinations": [{"DestinationId": "d-1", "ExtendedS3DestinationDescription": self.destination}],
        }
        return {"DeliveryStreamDescription": description}

    def update_destination(self, CurrentDeliveryStreamVersionId: str, **request: Any) -> None:
        assert CurrentDeliveryStreamVersionId == str(self.version)
        self.version += 1
        self.destination = {**self.destination, **request["ExtendedS3DestinationUpdate"]}


class FakeDynamoDB:
    """One table."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.deleted: list[str] = []

    def put_item(self, TableName: str, Item: dict[str, Any]) -> None:
        self.items[Item["orderid"]["S"]] = Item

    def delete_item(self, TableName: str, Key: dict[str, Any]) -> None:
        self.items.pop(Key["orderid"]["S"], None)
        self.deleted.append(Key["orderid"]["S"])

    def get_item(self, TableName: str, Key: dict[str, Any]) -> dict[str, Any]:
        return {"Item": self.items[Key["orderid"]["S"]]}

    def describe_table(self, TableName: str) -> dict[str, Any]:
        return {"Table": {"LatestStreamArn": "arn:stream"}}

    def get_paginator(self, operation: str) -> FakePages:
        assert operation == "scan"
        return FakePages(self._scan)

    def _scan(self, ExpressionAttributeValues: dict[str, Any], **_: Any) -> dict[str, Any]:
        prefix = ExpressionAttributeValues[":prefix"]["S"]
        return {"Items": [item for order_id, item in self.items.items() if order_id.startswith(prefix)]}


class FakeStream:
    """Shards of a stream; an iterator is the number of the record that comes next."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def describe_stream(self, StreamArn: str) -> dict[str, Any]:
        return {"StreamDescription": {"Shards": self._shards()}}

    def list_shards(self, StreamName: str) -> dict[str, Any]:
        return {"Shards": self._shards()}

    def _shards(self) -> list[dict[str, Any]]:
        closed = {"ShardId": "closed", "SequenceNumberRange": {"EndingSequenceNumber": "1"}}
        return [closed, {"ShardId": "open", "SequenceNumberRange": {"StartingSequenceNumber": "1"}}]

    def get_shard_iterator(self, ShardId: str, ShardIteratorType: str, **_: Any) -> dict[str, Any]:
        assert (ShardId, ShardIteratorType) == ("open", "LATEST")
        return {"ShardIterator": str(len(self.records))}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:
        return {
            "Records": self.records[int(ShardIterator) :],
            "NextShardIterator": str(len(self.records)),
        }

    def put_records(self, StreamName: str, Records: list[dict[str, Any]]) -> None:
        self.records += Records


class FakeS3:
    """One bucket; the clock of LastModified is `now`."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.now = STARTED_AT
        self.read_keys: list[str] = []

    def put(self, key: str, *lines: dict[str, Any]) -> None:
        self.bodies[key] = "".join(json.dumps(line) + "\n" for line in lines).encode()

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        self.read_keys.append(Key)
        return {"Body": io.BytesIO(self.bodies[Key])}

    def get_paginator(self, operation: str) -> FakePages:
        assert operation == "list_objects_v2"
        return FakePages(self._list)

    def _list(self, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = sorted(key for key in self.bodies if key.startswith(Prefix))
        return {"Contents": [{"Key": key, "LastModified": self.now} for key in found]} if found else {}


class FakeLogs:
    """One log group."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def get_paginator(self, operation: str) -> FakePages:
        assert operation == "filter_log_events"
        return FakePages(self._events)

    def _events(self, logGroupName: str, startTime: int) -> dict[str, Any]:
        return {"events": [{"timestamp": startTime, "message": message} for message in self.messages]}


class FakeAccount:
    """Every client, by the name that it has in `Clients`."""

    def __init__(self) -> None:
        self.dynamodb = FakeDynamoDB()
        self.streams = FakeStream()
        self.kinesis = FakeStream()
        self.pipes = FakePipes()
        self.firehose = FakeFirehose(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 10})
        self.lambda_ = FakeLambda()
        self.logs = FakeLogs()
        self.s3 = FakeS3()
        self.clients = Clients(**vars(self))

    def deliver(self, *rows: dict[str, Any], name: str = "a") -> None:
        """Put an object of rows where the delivery stream would now."""
        folder = datetime.now(UTC).strftime("orders/year=%Y/month=%m/day=%d/hour=%H/")
        self.s3.put(f"{folder}{name}.json", *rows)

    def fail(
        self, *changes: dict[str, Any], error_code: str = "Lambda.FunctionError", name: str = "a"
    ) -> None:
        """Put an object of failed records where the delivery stream would now."""
        folder = datetime.now(UTC).strftime("errors/processing-failed/%Y/%m/%d/")
        lines = [
            {
                "rawData": base64.b64encode(json.dumps(each).encode()).decode(),
                "errorCode": error_code,
                "attemptsMade": 4,
            }
            for each in changes
        ]
        self.s3.put(f"{folder}{name}", *lines)
