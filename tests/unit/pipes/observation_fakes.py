"""In-memory CloudWatch, CloudWatch Logs, Firehose and S3, for what a pipe tells about itself."""

from typing import Any

from tests.unit.pipes.fakes import client_error


class FakeCloudWatch:
    """Keeps the published values."""

    def __init__(self) -> None:
        self.requests: list[list[dict[str, Any]]] = []
        self.failures = 0

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        """Take values."""
        if self.failures:
            self.failures -= 1
            raise client_error("InternalServiceFault", 500)
        self.requests.append(MetricData)

    def sums(self) -> dict[tuple[str, str], tuple[str, float, float]]:
        """Return unit, sum and count by metric and dimension."""
        return {
            (datum["MetricName"], datum["Dimensions"][0]["Name"]): (
                datum["Unit"],
                datum["StatisticValues"]["Sum"],
                datum["StatisticValues"]["SampleCount"],
            )
            for request in self.requests
            for datum in request
        }


class FakeLogs:
    """One log group."""

    def __init__(self, *, exists: bool = True) -> None:
        self.exists = exists
        self.places: set[tuple[str, str]] = set()
        self.messages: list[str] = []
        self.sizes: list[int] = []

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:
        """Create a log stream, once."""
        if not self.exists:
            raise client_error("ResourceNotFoundException")
        if (logGroupName, logStreamName) in self.places:
            raise client_error("ResourceAlreadyExistsException")
        self.places.add((logGroupName, logStreamName))

    def put_log_events(
        self, *, logGroupName: str, logStreamName: str, logEvents: list[dict[str, Any]]
    ) -> None:
        """Take log events."""
        assert (logGroupName, logStreamName) in self.places
        self.sizes.append(sum(len(entry["message"].encode()) + 26 for entry in logEvents))
        self.messages += [entry["message"] for entry in logEvents]


class FakeFirehose:
    """One delivery stream."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def put_record_batch(self, *, DeliveryStreamName: str, Records: list[dict[str, bytes]]) -> dict[str, int]:
        """Take records."""
        assert DeliveryStreamName == "pipe-logs"
        assert len(Records) <= 500
        self.data += [entry["Data"] for entry in Records]
        return {"FailedPutCount": 0}


class FakeS3:
    """Buckets."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        """Write an object."""
        self.objects[Bucket, Key] = Body
