"""Finds the chain's resources through the AWS API and reads how they are set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bootstrap import names
from verify.errors import VerifyError
from verify.evidence import Chain

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import DeliveryStreamDescriptionTypeDef
    from mypy_boto3_pipes import EventBridgePipesClient
    from mypy_boto3_pipes.type_defs import DescribePipeResponseTypeDef

REMEDY = "create it with `make up` (or `python -m bootstrap`)"
NOT_FOUND_CODES = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NotFoundException",
        "ResourceNotFoundException",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    }
)
DEFAULT_TRANSFORM_INTERVAL_SECONDS = 60
DEFAULT_S3_INTERVAL_SECONDS = 300
# A metric that was not published for this long says nothing about now.
RECENT = timedelta(minutes=2)
# CloudWatch answers at most 1,440 data points.
MAX_DATA_POINTS = 1440
METRIC_PERIODS = (60, 300, 3600, 86400)


@contextmanager
def resource(description: str) -> Iterator[None]:
    """Turn "not found" into an error that names the resource."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND_CODES:
            raise VerifyError(f"{description} does not exist: {REMEDY}") from error
        raise


def describe_pipe(client: "EventBridgePipesClient") -> "DescribePipeResponseTypeDef":
    with resource(f"pipe {names.PIPE_NAME}"):
        return client.describe_pipe(Name=names.PIPE_NAME)


def describe_delivery_stream(client: "FirehoseClient") -> "DeliveryStreamDescriptionTypeDef":
    with resource(f"delivery stream {names.DELIVERY_STREAM_NAME}"):
        answer = client.describe_delivery_stream(DeliveryStreamName=names.DELIVERY_STREAM_NAME)
    return answer["DeliveryStreamDescription"]


def stream_arn(client: "DynamoDBClient", pipe: "DescribePipeResponseTypeDef") -> str:
    """Return the stream of the table.

    Raises:
        VerifyError: the table has none, or another one than the pipe reads: its table was made anew.
    """
    with resource(f"table {names.TABLE_NAME}"):
        table = client.describe_table(TableName=names.TABLE_NAME)["Table"]
    latest = table.get("LatestStreamArn")
    if latest is None:
        raise VerifyError(f"table {names.TABLE_NAME} has no stream: enable it with `python -m bootstrap`")
    if latest != pipe["Source"]:
        raise VerifyError(
            f"pipe {names.PIPE_NAME} reads {pipe['Source']}, which is no longer the stream of {names.TABLE_NAME}: "
            "make the chain anew with `make reset` and `make up`"
        )
    return latest


def chain_from(
    pipe: "DescribePipeResponseTypeDef", delivery_stream: "DeliveryStreamDescriptionTypeDef"
) -> Chain:
    """Read what the accounting needs from the two descriptions."""
    source = pipe.get("SourceParameters", {}).get("DynamoDBStreamParameters")
    from_latest = source is None or source["StartingPosition"] == "LATEST"
    destination = delivery_stream["Destinations"][0].get("ExtendedS3DestinationDescription", {})
    processing = destination.get("ProcessingConfiguration", {})
    lambda_parameters = [
        {item["ParameterName"]: item["ParameterValue"] for item in processor.get("Parameters", [])}
        for processor in processing.get("Processors", [])
        if processing.get("Enabled") and processor["Type"] == "Lambda"
    ]
    transform_interval = max(
        (
            int(parameters.get("BufferIntervalInSeconds", DEFAULT_TRANSFORM_INTERVAL_SECONDS))
            for parameters in lambda_parameters
        ),
        default=0,
    )
    s3_interval = destination.get("BufferingHints", {}).get("IntervalInSeconds", DEFAULT_S3_INTERVAL_SECONDS)
    kinesis_source = delivery_stream.get("Source", {}).get("KinesisStreamSourceDescription", {})
    return Chain(
        pipe_state=pipe["CurrentState"],
        # Change records carry whole seconds.
        pipe_starts_after=pipe["CreationTime"].replace(microsecond=0)
        if from_latest
        else datetime.min.replace(tzinfo=UTC),
        batching_window=timedelta(
            seconds=source.get("MaximumBatchingWindowInSeconds", 0) if source is not None else 0
        ),
        delivery_starts_at=kinesis_source.get("DeliveryStartTimestamp", datetime.min.replace(tzinfo=UTC)),
        transform_interval=timedelta(seconds=transform_interval),
        s3_interval=timedelta(seconds=s3_interval),
    )


def freshness(client: "CloudWatchClient", now: datetime) -> timedelta:
    """Return the age of the oldest record that is not delivered yet; older ones have been.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """
    points = client.get_metric_statistics(
        Namespace="AWS/Firehose",
        MetricName="DeliveryToS3.DataFreshness",
        Dimensions=[{"Name": "DeliveryStreamName", "Value": names.DELIVERY_STREAM_NAME}],
        StartTime=now - RECENT,
        EndTime=now + timedelta(minutes=1),
        Period=METRIC_PERIODS[0],
        Statistics=["Maximum"],
    )["Datapoints"]
    latest = max(points, key=lambda point: point["Timestamp"], default=None)
    return timedelta(seconds=latest["Maximum"]) if latest is not None else timedelta(0)


def metric_sum(client: "CloudWatchClient", metric_name: str, since: datetime, now: datetime) -> int:
    """Return the sum of one of the delivery stream's metrics since the delivery stream was made."""
    start, end = since, now + timedelta(minutes=1)
    period = next(
        (
            seconds
            for seconds in METRIC_PERIODS
            if (end - start) / timedelta(seconds=seconds) < MAX_DATA_POINTS
        ),
        METRIC_PERIODS[-1],
    )
    answer = client.get_metric_statistics(
        Namespace="AWS/Firehose",
        MetricName=metric_name,
        Dimensions=[{"Name": "DeliveryStreamName", "Value": names.DELIVERY_STREAM_NAME}],
        StartTime=start,
        EndTime=end,
        Period=period,
        Statistics=["Sum"],
    )
    return round(sum(point["Sum"] for point in answer["Datapoints"]))
