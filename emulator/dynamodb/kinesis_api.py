"""The four operations on a table's Kinesis destination, on moto's tables.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_EnableKinesisStreamingDestination.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.dynamodb.kinesis_destination import (
    UNITS_PER_SECOND,
    KinesisDestination,
    PutRecordsClient,
)
from emulator.dynamodb.running_destinations import RunningDestinations
from emulator.dynamodb.table_id import table_id
from emulator.errors import ServiceError

_PRECISION = "ApproximateCreationDateTimePrecision"


def enable(
    table: Any,
    request: Mapping[str, Any],
    find_client: Callable[[str], PutRecordsClient],
    running: RunningDestinations,
) -> dict[str, Any]:
    """Give a table a destination, which is active at once.

    Raises:
        ServiceError: the table has an active one, or the data stream does not exist.
    """
    stream_arn = request["StreamArn"]
    configuration = request.get("EnableKinesisStreamingConfiguration") or {}
    precision = configuration.get(_PRECISION)
    if precision is not None:
        _check_precision(precision, "enableKinesisStreamingConfiguration")
    current = table.stream_shard.destination
    if current is not None and current.is_active:
        raise ServiceError(
            "ValidationException",
            "Table is not in a valid state to enable Kinesis Streaming Destination:"
            "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.",
        )
    try:
        client = find_client(stream_arn)
    except ServiceError as error:
        raise ServiceError(
            "ValidationException", "User does not have a permission to use kinesis stream"
        ) from error
    destination = KinesisDestination(
        table_arn=table.table_arn,
        key_names=[element["AttributeName"] for element in table.schema],
        stream_arn=stream_arn,
        client=client,
        precision=precision,
    )
    running.start(destination)
    table.stream_shard.destination = destination
    return {
        "TableName": table.name,
        "StreamArn": stream_arn,
        "DestinationStatus": "ENABLING",
        "EnableKinesisStreamingConfiguration": configuration,
    }


def disable(table: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Send no more changes; those made before are still sent.

    Raises:
        ServiceError: the table has no such destination that is active.
    """
    stream_arn = request["StreamArn"]
    destination = table.stream_shard.destination
    if destination is None or destination.stream_arn != stream_arn or not destination.is_active:
        raise ServiceError(
            "ValidationException",
            "Table is not in a valid state to disable Kinesis Streaming Destination:"
            "DisableKinesisStreamingDestination must be ACTIVE to perform DISABLE operation.",
        )
    destination.disable()
    return {"TableName": table.name, "StreamArn": stream_arn, "DestinationStatus": "DISABLING"}


def describe(table: Any) -> dict[str, Any]:
    """Return the table's destination, active or disabled, if it ever had one."""
    destination = table.stream_shard.destination
    described = []
    if destination is not None:
        described.append({"StreamArn": destination.stream_arn, "DestinationStatus": destination.status})
        if destination.precision is not None:
            described[0][_PRECISION] = destination.precision
    return {"TableName": table.name, "KinesisDataStreamDestinations": described}


def update(table: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Change the precision of the creation times.

    Raises:
        ServiceError: it is missing, unknown or already so, or there is no such destination.
    """
    stream_arn = request["StreamArn"]
    precision = (request.get("UpdateKinesisStreamingConfiguration") or {}).get(_PRECISION)
    if precision is None:
        raise ServiceError(
            "ValidationException",
            "Streaming destination cannot be updated with given parameters: "
            "UpdateKinesisStreamingConfiguration cannot be null or contain only null values",
        )
    _check_precision(precision, "updateKinesisStreamingConfiguration")
    destination = table.stream_shard.destination
    if destination is None or destination.stream_arn != stream_arn or not destination.is_active:
        raise ServiceError(
            "ValidationException",
            "Table is not in a valid state to enable Kinesis Streaming Destination: "
            f"No streaming destination with streamArn: {stream_arn} found for table with tableName: {table.name}",
        )
    if precision == (destination.precision or "MILLISECOND"):
        raise ServiceError(
            "ValidationException",
            f"Invalid Request: Precision is already set to the desired value of {precision} "
            # moto's tables have no identifier of their own.
            f"for tableId: {table_id(table)}, kdsArn: {stream_arn}",
        )
    destination.precision = precision
    return {
        "TableName": table.name,
        "StreamArn": stream_arn,
        "DestinationStatus": "UPDATING",
        "UpdateKinesisStreamingConfiguration": {_PRECISION: precision},
    }


def _check_precision(precision: str, field: str) -> None:
    if precision not in UNITS_PER_SECOND:
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: Value '{precision}' at "
            f"'{field}.approximateCreationDateTimePrecision' failed to satisfy constraint: "
            "Member must satisfy enum value set: [MILLISECOND, MICROSECOND]",
        )
