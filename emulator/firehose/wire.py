"""Between the API's destination configurations and the data plane's settings."""

import base64
from collections.abc import Mapping
from typing import Any

from emulator.firehose.completion import complete, converts_format, partitions_dynamically
from emulator.firehose.configuration import (
    BufferingHints,
    Configuration,
    FormatConversion,
    LambdaProcessor,
    LogDestination,
    Preparation,
    RecordDeAggregation,
    S3Destination,
    TableReference,
)
from emulator.firehose.validation.processor_parameter import parameters_of


def configuration_from(
    wire: Mapping[str, Any], version_id: int, account_id: str, region: str
) -> Configuration:
    """Read an `ExtendedS3DestinationConfiguration` that was checked.

    Account and region are those of the delivery stream: where its Glue catalogue is unless the schema names
    another.
    """
    wire = complete(wire)
    processing = wire.get("ProcessingConfiguration") or {}
    processors = processing["Processors"] if processing.get("Enabled") else []
    parameters = {processor["Type"]: parameters_of(processor) for processor in processors}
    return Configuration(
        version_id=version_id,
        destination=_destination(wire),
        processor=_processor(parameters["Lambda"]) if "Lambda" in parameters else None,
        append_delimiter="AppendDelimiterToRecord" in parameters,
        backup=(_destination(wire["S3BackupConfiguration"]) if wire["S3BackupMode"] == "Enabled" else None),
        preparation=_preparation(parameters),
        dynamic_partitioning=partitions_dynamically(wire),
        metadata_extraction_query=parameters.get("MetadataExtraction", {}).get("MetadataExtractionQuery"),
        format_conversion=format_conversion_from(wire, account_id, region),
    )


def format_conversion_from(wire: Mapping[str, Any], account_id: str, region: str) -> FormatConversion | None:
    """Read the format conversion, or return None when there is none.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_SchemaConfiguration.html
    """
    if not converts_format(wire):
        return None
    conversion = wire["DataFormatConversionConfiguration"]
    schema = conversion["SchemaConfiguration"]
    ((deserializer, deserializer_settings),) = _given(
        conversion["InputFormatConfiguration"]["Deserializer"]
    ).items()
    ((serializer, serializer_settings),) = _given(
        conversion["OutputFormatConfiguration"]["Serializer"]
    ).items()
    return FormatConversion(
        table=TableReference(
            role_arn=schema["RoleARN"],
            catalog_id=schema.get("CatalogId") or account_id,
            database_name=schema["DatabaseName"],
            table_name=schema["TableName"],
            region=schema.get("Region") or region,
            version_id=schema.get("VersionId") or "LATEST",
        ),
        deserializer=deserializer,
        serializer=serializer,
        deserializer_settings=deserializer_settings,
        serializer_settings=serializer_settings,
    )


def _destination(wire: Mapping[str, Any]) -> S3Destination:
    hints = wire["BufferingHints"]
    logging = wire["CloudWatchLoggingOptions"]
    kms = wire["EncryptionConfiguration"].get("KMSEncryptionConfig")
    return S3Destination(
        bucket_name=wire["BucketARN"].rpartition(":")[2],
        buffering_hints=BufferingHints(hints["SizeInMBs"], hints["IntervalInSeconds"]),
        prefix=wire.get("Prefix") or "",
        error_output_prefix=wire.get("ErrorOutputPrefix") or "",
        compression_format=wire["CompressionFormat"],
        file_extension=wire.get("FileExtension") or "",
        custom_time_zone=wire.get("CustomTimeZone") or "UTC",
        kms_key_arn=kms["AWSKMSKeyARN"] if kms else None,
        log_destination=(
            LogDestination(logging["LogGroupName"], logging["LogStreamName"]) if logging["Enabled"] else None
        ),
    )


def _processor(parameters: Mapping[str, str]) -> LambdaProcessor:
    return LambdaProcessor(
        lambda_arn=parameters["LambdaArn"],
        number_of_retries=int(parameters["NumberOfRetries"]),
        buffering_hints=BufferingHints(
            float(parameters["BufferSizeInMBs"]), int(parameters["BufferIntervalInSeconds"])
        ),
    )


def _preparation(parameters: Mapping[str, Mapping[str, str]]) -> Preparation | None:
    log_processing = parameters.get("CloudWatchLogProcessing")
    de_aggregation = parameters.get("RecordDeAggregation")
    preparation = Preparation(
        decompress="Decompression" in parameters,
        extract_messages=(
            log_processing["DataMessageExtraction"] == "true" if log_processing is not None else None
        ),
        de_aggregation=_de_aggregation(de_aggregation) if de_aggregation is not None else None,
    )
    return None if preparation == Preparation() else preparation


def _de_aggregation(parameters: Mapping[str, str]) -> RecordDeAggregation:
    if parameters["SubRecordType"] == "JSON":
        return RecordDeAggregation("JSON")
    return RecordDeAggregation("DELIMITED", base64.b64decode(parameters["Delimiter"]))


def _given(members: Mapping[str, Any]) -> dict[Any, Any]:
    return {name: value for name, value in members.items() if value is not None}
