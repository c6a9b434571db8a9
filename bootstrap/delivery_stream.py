"""The Firehose delivery stream, from the Kinesis stream through the function to the bucket."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import BootstrapError, error_code
from bootstrap.names import (
    BUCKET_NAME,
    DELIVERY_STREAM_LOG_GROUP,
    DELIVERY_STREAM_NAME,
    DELIVERY_STREAM_ROLE_NAME,
    DESTINATION_LOG_STREAM,
    ERROR_OUTPUT_PREFIX_EXPRESSION,
    FILE_EXTENSION,
    FUNCTION_NAME,
    PREFIX_EXPRESSION,
    STREAM_NAME,
)
from bootstrap.resource import Outcome, Resource
from sandbox.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_firehose.type_defs import DeliveryStreamDescriptionTypeDef

TIMEOUT_SECONDS: Final = 300.0


def ensure_delivery_stream(aws: Aws, settings: Settings) -> Resource:
    """Make the delivery stream, with the settings' buffering in both of its buffers."""
    destination = destination_configuration(aws, settings)
    source = {
        "KinesisStreamARN": aws.place.arn("kinesis", f"stream/{STREAM_NAME}"),
        "RoleARN": aws.place.role_arn(DELIVERY_STREAM_ROLE_NAME),
    }
    described = _describe(aws)
    outcome = Outcome.CREATED
    if described is not None:
        if described["DeliveryStreamStatus"] != "CREATING_FAILED" and _source(described) == source:
            return _update_where_different(aws, destination)
        # Neither a failed delivery stream nor the source of a sound one can be changed.
        _delete(aws)
        outcome = Outcome.UPDATED
    aws.firehose.create_delivery_stream(
        DeliveryStreamName=DELIVERY_STREAM_NAME,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration=source,  # type: ignore[arg-type]
        ExtendedS3DestinationConfiguration=destination,  # type: ignore[arg-type]
    )
    return Resource(_wait_until_active(aws)["DeliveryStreamARN"], outcome)


def delete_delivery_stream(aws: Aws) -> Outcome:
    """Delete the delivery stream with what it has not delivered yet, and wait until it is gone."""
    if _describe(aws) is None:
        return Outcome.ABSENT
    _delete(aws)
    return Outcome.DELETED


def destination_configuration(aws: Aws, settings: Settings) -> dict[str, Any]:
    """Return the destination: how rows are made, buffered, named and logged.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
    """
    role_arn = aws.place.role_arn(DELIVERY_STREAM_ROLE_NAME)
    parameters = {
        "LambdaArn": aws.place.arn("lambda", f"function:{FUNCTION_NAME}"),
        "RoleArn": role_arn,
        "NumberOfRetries": str(settings.transform_retries),
        "BufferSizeInMBs": f"{settings.transform_buffer_size_mbs:g}",
        "BufferIntervalInSeconds": str(settings.transform_buffer_interval_seconds),
    }
    return {
        "RoleARN": role_arn,
        "BucketARN": aws.place.bucket_arn(BUCKET_NAME),
        "Prefix": PREFIX_EXPRESSION,
        "ErrorOutputPrefix": ERROR_OUTPUT_PREFIX_EXPRESSION,
        "FileExtension": FILE_EXTENSION,
        "CompressionFormat": "UNCOMPRESSED",
        "BufferingHints": {
            "SizeInMBs": settings.s3_buffer_size_mbs,
            "IntervalInSeconds": settings.s3_buffer_interval_seconds,
        },
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "Lambda",
                    "Parameters": [
                        {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()
                    ],
                }
            ],
        },
        "CloudWatchLoggingOptions": {
            "Enabled": True,
            "LogGroupName": DELIVERY_STREAM_LOG_GROUP,
            "LogStreamName": DESTINATION_LOG_STREAM,
        },
    }


def is_in_force(wanted: Mapping[str, Any], described: Mapping[str, Any]) -> bool:
    """Return whether a described destination has everything that is wanted of it."""
    return all(
        _comparable(name, value) == _comparable(name, described.get(name)) for name, value in wanted.items()
    )


def _comparable(name: str, value: Any) -> Any:
    """Return the value without what AWS may write differently: the parameters' order and their spelling."""
    if name != "ProcessingConfiguration" or value is None:
        return value
    processors = [
        (
            processor["Type"],
            {
                each["ParameterName"]: _as_number(each["ParameterValue"])
                for each in processor.get("Parameters", [])
            },
        )
        for processor in value.get("Processors", [])
    ]
    return value.get("Enabled"), processors


def _as_number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _update_where_different(aws: Aws, wanted: dict[str, Any]) -> Resource:
    described = _wait_until_active(aws)
    destination = described["Destinations"][0]
    if is_in_force(wanted, destination.get("ExtendedS3DestinationDescription", {})):
        return Resource(described["DeliveryStreamARN"], Outcome.UNCHANGED)
    aws.firehose.update_destination(
        DeliveryStreamName=DELIVERY_STREAM_NAME,
        CurrentDeliveryStreamVersionId=described["VersionId"],
        DestinationId=destination["DestinationId"],
        ExtendedS3DestinationUpdate=wanted,  # type: ignore[arg-type]
    )
    return Resource(_wait_until_active(aws)["DeliveryStreamARN"], Outcome.UPDATED)


def _describe(aws: Aws) -> "DeliveryStreamDescriptionTypeDef | None":
    try:
        response = aws.firehose.describe_delivery_stream(DeliveryStreamName=DELIVERY_STREAM_NAME)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    return response["DeliveryStreamDescription"]


def _source(described: "DeliveryStreamDescriptionTypeDef") -> dict[str, Any]:
    source: dict[str, Any] = {**described.get("Source", {}).get("KinesisStreamSourceDescription", {})}
    return {name: source.get(name) for name in ("KinesisStreamARN", "RoleARN")}


def _delete(aws: Aws) -> None:
    aws.wait.until(
        f"delivery stream {DELIVERY_STREAM_NAME} to be created",
        lambda: None if (found := _describe(aws)) and found["DeliveryStreamStatus"] == "CREATING" else True,
        TIMEOUT_SECONDS,
    )
    aws.firehose.delete_delivery_stream(DeliveryStreamName=DELIVERY_STREAM_NAME)
    aws.wait.until(
        f"delivery stream {DELIVERY_STREAM_NAME} to be gone",
        lambda: _describe(aws) is None or None,
        TIMEOUT_SECONDS,
    )


def _wait_until_active(aws: Aws) -> "DeliveryStreamDescriptionTypeDef":
    def active() -> "DeliveryStreamDescriptionTypeDef | None":
        described = _describe(aws)
        if described is not None and described["DeliveryStreamStatus"] == "CREATING_FAILED":
            failure = described.get("FailureDescription", {}).get("Details", "no reason given")
            raise BootstrapError(f"delivery stream {DELIVERY_STREAM_NAME} cannot be created: {failure}")
        return described if described is not None and described["DeliveryStreamStatus"] == "ACTIVE" else None

    return aws.wait.until(f"delivery stream {DELIVERY_STREAM_NAME} to be ACTIVE", active, TIMEOUT_SECONDS)
