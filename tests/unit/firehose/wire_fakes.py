"""Requests in the API's shapes."""

from typing import Any

ROLE_ARN = "arn:aws:iam::000000000000:role/orders-firehose-role"
LAMBDA_ARN = "arn:aws:lambda:eu-north-1:000000000000:function:transform"


def destination(**settings: Any) -> dict[str, Any]:
    """Return an ExtendedS3DestinationConfiguration."""
    return {"RoleARN": ROLE_ARN, "BucketARN": "arn:aws:s3:::bucket", **settings}


def lambda_processor(**parameters: str) -> dict[str, Any]:
    """Return a Lambda processor; without arguments, with nothing but its function."""
    given = {"LambdaArn": LAMBDA_ARN, **parameters}
    return processor("Lambda", **given)


def processor(processor_type: str, **parameters: str) -> dict[str, Any]:
    """Return a processor."""
    return {
        "Type": processor_type,
        "Parameters": [
            {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    }


def processing(*processors: dict[str, Any], enabled: bool | None = True) -> dict[str, Any]:
    """Return a destination with these processors."""
    settings: dict[str, Any] = {"Processors": list(processors)}
    if enabled is not None:
        settings["Enabled"] = enabled
    return destination(ProcessingConfiguration=settings)


def metadata_extraction(query: str = "{customer: .customer}", **parameters: str) -> dict[str, Any]:
    """Return a MetadataExtraction processor."""
    given = {"MetadataExtractionQuery": query, "JsonParsingEngine": "JQ-1.6", **parameters}
    return processor("MetadataExtraction", **given)


def partitioned(*processors: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Return a destination with dynamic partitioning; without arguments, by a query for the customer."""
    return processing(*(processors or (metadata_extraction(),))) | {
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "Prefix": "data/!{partitionKeyFromQuery:customer}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        **settings,
    }


def conversion(**members: Any) -> dict[str, Any]:
    """Return a DataFormatConversionConfiguration from JSON to Parquet."""
    return {
        "Enabled": True,
        "SchemaConfiguration": {"RoleARN": ROLE_ARN, "DatabaseName": "shop", "TableName": "orders"},
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        **members,
    }


def converted(**members: Any) -> dict[str, Any]:
    """Return a destination whose records are converted to Parquet."""
    return destination(DataFormatConversionConfiguration=conversion(**members))
