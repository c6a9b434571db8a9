"""What is counted of requests to the API.

https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
"""

from emulator.firehose.metric import Metrics
from tests.unit.firehose.fakes import FakeCloudWatch, ManualClock


def published(cloudwatch: FakeCloudWatch) -> dict[str, tuple[str, float]]:
    """Return unit and sum of every metric."""
    return {
        datum["MetricName"]: (datum["Unit"], datum["StatisticValues"]["Sum"]) for datum in cloudwatch.data
    }


def test_requests_and_what_they_put_are_counted() -> None:
    # GIVEN a PutRecord of 5 bytes in 2 ms, and a PutRecordBatch of three records with 30 bytes in 4 ms
    cloudwatch = FakeCloudWatch()
    metrics = Metrics("deliveries", cloudwatch, ManualClock())
    metrics.requested("PutRecord", 0.002)
    metrics.ingested("PutRecord", 1, 5)
    metrics.requested("PutRecordBatch", 0.004)
    metrics.ingested("PutRecordBatch", 3, 30)

    # WHEN they are published
    metrics.publish()

    # THEN names and units are AWS's
    assert published(cloudwatch) == {
        "PutRecord.Requests": ("Count", 1),
        "PutRecord.Latency": ("Milliseconds", 2),
        "PutRecord.Bytes": ("Bytes", 5),
        "PutRecordBatch.Requests": ("Count", 1),
        "PutRecordBatch.Latency": ("Milliseconds", 4),
        "PutRecordBatch.Bytes": ("Bytes", 30),
        "PutRecordBatch.Records": ("Count", 3),
        "IncomingPutRequests": ("Count", 2),
        "IncomingRecords": ("Count", 4),
        "IncomingBytes": ("Bytes", 35),
    }


def test_refused_records_and_other_requests_are_counted() -> None:
    # GIVEN refused records and requests that put nothing
    cloudwatch = FakeCloudWatch()
    metrics = Metrics("deliveries", cloudwatch, ManualClock())
    metrics.throttled(500)
    metrics.requested("DescribeDeliveryStream", 0.001)
    metrics.requested("UpdateDeliveryStream", 0.003)

    # WHEN they are published, THEN they are there
    metrics.publish()
    assert published(cloudwatch) == {
        "ThrottledRecords": ("Count", 500),
        "DescribeDeliveryStream.Requests": ("Count", 1),
        "DescribeDeliveryStream.Latency": ("Milliseconds", 1),
        "UpdateDeliveryStream.Requests": ("Count", 1),
        "UpdateDeliveryStream.Latency": ("Milliseconds", 3),
    }
