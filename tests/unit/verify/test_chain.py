"""How the chain is set up is read from its descriptions; what is missing is named with the remedy."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from tests.unit.verify.situation import NOON, at
from verify.chain import chain_from, freshness, metric_sum, resource, stream_arn
from verify.errors import VerifyError
from verify.evidence import Chain

BEGINNING = datetime.min.replace(tzinfo=UTC)


def pipe(**source_parameters: Any) -> Any:
    return {
        "CurrentState": "RUNNING",
        "CreationTime": at(1.75),
        "Source": "stream-1",
        "SourceParameters": {"DynamoDBStreamParameters": source_parameters},
    }


def delivery_stream(processors: list[dict[str, Any]], enabled: bool = True) -> Any:
    return {
        "Source": {"KinesisStreamSourceDescription": {"DeliveryStartTimestamp": at(2.5)}},
        "Destinations": [
            {
                "ExtendedS3DestinationDescription": {
                    "BufferingHints": {"IntervalInSeconds": 10, "SizeInMBs": 5},
                    "ProcessingConfiguration": {"Enabled": enabled, "Processors": processors},
                }
            }
        ],
    }


def function(**parameters: str) -> dict[str, Any]:
    return {
        "Type": "Lambda",
        "Parameters": [
            {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    }


@pytest.mark.parametrize(
    ("delivery", "transform_interval"),
    [
        (delivery_stream([function(BufferIntervalInSeconds="5")]), 5),
        (delivery_stream([function()]), 60),
        (delivery_stream([function(BufferIntervalInSeconds="5")], enabled=False), 0),
        (delivery_stream([{"Type": "AppendDelimiterToRecord", "Parameters": []}]), 0),
    ],
    ids=["as given", "AWS's default", "processing switched off", "no function"],
)
def test_the_buffering_intervals_are_those_of_the_delivery_stream(
    delivery: Any, transform_interval: int
) -> None:
    # WHEN
    chain = chain_from(pipe(StartingPosition="LATEST", MaximumBatchingWindowInSeconds=3), delivery)

    # THEN
    assert chain == Chain(
        pipe_state="RUNNING",
        pipe_starts_after=at(1),
        batching_window=timedelta(seconds=3),
        delivery_starts_at=at(2.5),
        transform_interval=timedelta(seconds=transform_interval),
        s3_interval=timedelta(seconds=10),
    )


def test_a_pipe_from_the_trim_horizon_carries_whatever_the_stream_holds() -> None:
    # WHEN
    chain = chain_from(pipe(StartingPosition="TRIM_HORIZON"), delivery_stream([]))

    # THEN
    assert chain.pipe_starts_after == BEGINNING


class FakeTable:
    def __init__(self, **description: Any) -> None:
        self.description = description

    def describe_table(self, TableName: str) -> dict[str, Any]:
        return {"Table": self.description}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (FakeTable(), "table OrderTable has no stream: enable it with `python -m bootstrap`"),
        (
            FakeTable(LatestStreamArn="stream-2"),
            "pipe orders-pipe reads stream-1, which is no longer the stream of OrderTable: "
            "make the chain anew with `make reset` and `make up`",
        ),
    ],
    ids=["no stream", "a table made anew"],
)
def test_a_stream_that_the_pipe_does_not_read_is_refused(table: FakeTable, message: str) -> None:
    # WHEN
    with pytest.raises(VerifyError) as refusal:
        stream_arn(cast(Any, table), pipe(StartingPosition="LATEST"))

    # THEN
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "code", ["404", "NoSuchBucket", "NotFoundException", "ResourceNotFoundException", "QueueDoesNotExist"]
)
def test_a_missing_resource_is_named_with_the_remedy(code: str) -> None:
    # WHEN
    with pytest.raises(VerifyError) as refusal, resource("bucket product-sales"):
        raise ClientError({"Error": {"Code": code, "Message": "not found"}}, "Describe")

    # THEN
    assert str(refusal.value) == (
        "bucket product-sales does not exist: create it with `make up` (or `python -m bootstrap`)"
    )


def test_another_refusal_is_no_missing_resource() -> None:
    # WHEN / THEN
    with pytest.raises(ClientError), resource("bucket product-sales"):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Describe")


class FakeMetrics:
    def __init__(self, points: list[dict[str, Any]]) -> None:
        self.points = points
        self.request: dict[str, Any] = {}

    def get_metric_statistics(self, **request: Any) -> dict[str, Any]:
        self.request = request
        return {"Datapoints": self.points}


@pytest.mark.parametrize(("hours", "period"), [(1, 60), (100, 300), (1000, 3600), (10000, 86400)])
def test_a_metric_is_summed_in_the_finest_period_that_one_answer_holds(hours: int, period: int) -> None:
    # GIVEN
    metrics = FakeMetrics([{"Sum": 5.0}, {"Sum": 7.0}])
    now = NOON + timedelta(hours=hours)

    # WHEN
    total = metric_sum(cast(Any, metrics), "DeliveryToS3.Records", at(30), now)

    # THEN
    assert total == 12
    assert metrics.request == {
        "Namespace": "AWS/Firehose",
        "MetricName": "DeliveryToS3.Records",
        "Dimensions": [{"Name": "DeliveryStreamName", "Value": "orders-firehose"}],
        "StartTime": at(30),
        "EndTime": now + timedelta(minutes=1),
        "Period": period,
        "Statistics": ["Sum"],
    }


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], timedelta(0)),
        (
            [{"Timestamp": at(60), "Maximum": 75.5}, {"Timestamp": at(0), "Maximum": 90.0}],
            timedelta(seconds=75.5),
        ),
    ],
    ids=["nothing was published lately", "the latest period counts"],
)
def test_freshness_is_the_age_of_the_oldest_record_that_is_held(
    points: list[dict[str, Any]], expected: timedelta
) -> None:
    # GIVEN
    metrics = FakeMetrics(points)

    # WHEN
    age = freshness(cast(Any, metrics), at(100))

    # THEN
    assert age == expected
    assert metrics.request == {
        "Namespace": "AWS/Firehose",
        "MetricName": "DeliveryToS3.DataFreshness",
        "Dimensions": [{"Name": "DeliveryStreamName", "Value": "orders-firehose"}],
        "StartTime": at(-20),
        "EndTime": at(160),
        "Period": 60,
        "Statistics": ["Maximum"],
    }
