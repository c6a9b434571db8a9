"""LogConfiguration, read and written."""

from collections.abc import Mapping
from typing import Any

from emulator.pipes.log_configuration import LogConfiguration, S3LogDestination
from emulator.pipes.refusal import InvalidRequestError

Json = Mapping[str, Any]


def read_log_configuration(request: Json, current: LogConfiguration | None) -> LogConfiguration | None:
    """Read LogConfiguration; one that is given replaces the former one whole.

    Raises:
        InvalidRequestError: a level that logs has no destination, or the format is not JSON.
    """
    block = request.get("LogConfiguration")
    if block is None:
        return current
    configuration = LogConfiguration(
        level=str(block["Level"]),
        includes_execution_data="ALL" in (block.get("IncludeExecutionData") or ()),
        log_group_arn=(block.get("CloudwatchLogsLogDestination") or {}).get("LogGroupArn"),
        delivery_stream_arn=(block.get("FirehoseLogDestination") or {}).get("DeliveryStreamArn"),
        s3=_read_s3(block.get("S3LogDestination")),
    )
    destinations = (configuration.log_group_arn, configuration.delivery_stream_arn, configuration.s3)
    if configuration.level != "OFF" and not any(destinations):
        raise InvalidRequestError("Must provide at least 1 log destination in LogConfiguration")
    return configuration


def write_log_configuration(configuration: LogConfiguration | None) -> dict[str, Any]:
    """Return LogConfiguration as DescribePipe shows it; nothing when none was given."""
    if configuration is None:
        return {}
    block: dict[str, Any] = {"Level": configuration.level}
    if configuration.includes_execution_data:
        block["IncludeExecutionData"] = ["ALL"]
    if configuration.log_group_arn is not None:
        block["CloudwatchLogsLogDestination"] = {"LogGroupArn": configuration.log_group_arn}
    if configuration.delivery_stream_arn is not None:
        block["FirehoseLogDestination"] = {"DeliveryStreamArn": configuration.delivery_stream_arn}
    if (s3 := configuration.s3) is not None:
        members = {"Prefix": s3.prefix, "OutputFormat": s3.output_format}
        block["S3LogDestination"] = {
            "BucketName": s3.bucket_name,
            "BucketOwner": s3.bucket_owner,
            **{name: value for name, value in members.items() if value is not None},
        }
    return {"LogConfiguration": block}


def _read_s3(block: Json | None) -> S3LogDestination | None:
    if block is None:
        return None
    if block.get("OutputFormat") in ("plain", "w3c"):
        raise InvalidRequestError("w3c and plain output formats are not supported by Pipes")
    return S3LogDestination(
        bucket_name=str(block["BucketName"]),
        bucket_owner=str(block["BucketOwner"]),
        prefix=block.get("Prefix"),
        output_format=block.get("OutputFormat"),
    )
