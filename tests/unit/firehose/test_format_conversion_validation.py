"""What format conversion needs, in the order in which AWS checks it.

https://github.com/floci-io/floci/issues/3235 (order and texts probed on AWS)
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

from typing import Any

import pytest

from emulator.firehose.validation.destination import check_destination
from tests.unit.firehose.refusal import refusal
from tests.unit.firehose.wire_fakes import ROLE_ARN, conversion, converted, destination

CONVERSION = "DataFormatConversionConfiguration"
COMPRESSION = (
    "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. "
    "To enable compression within the converted output format, set the appropriate serialization option in the "
    "output format configuration."
)
SIZE = "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled."
SMALL = {"SizeInMBs": 63, "IntervalInSeconds": 60}
OPEN_X: dict[str, Any] = {"OpenXJsonSerDe": {}}
HIVE: dict[str, Any] = {"HiveJsonSerDe": {}}
PARQUET: dict[str, Any] = {"ParquetSerDe": {}}
ORC: dict[str, Any] = {"OrcSerDe": {}}


def schema(**members: Any) -> dict[str, Any]:
    return {"RoleARN": ROLE_ARN, "DatabaseName": "shop", "TableName": "orders"} | members


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        # Each one breaks what follows, too.
        (
            destination(CompressionFormat="GZIP", BufferingHints=SMALL, **{CONVERSION: {}}),
            COMPRESSION,
        ),
        (destination(BufferingHints=SMALL, **{CONVERSION: {"Enabled": True}}), SIZE),
        (destination(**{CONVERSION: {"Enabled": True}}), "InputFormatConfiguration must not be null"),
        (destination(**{CONVERSION: {}}), "InputFormatConfiguration must not be null"),
        (
            converted(OutputFormatConfiguration=None, SchemaConfiguration=None),
            "OutputFormatConfiguration must not be null",
        ),
        (
            converted(InputFormatConfiguration={}, SchemaConfiguration=None),
            "SchemaConfiguration must not be null",
        ),
        (
            converted(InputFormatConfiguration={"Deserializer": {}}, OutputFormatConfiguration={}),
            "Deserializer must not be null",
        ),
        (
            converted(
                InputFormatConfiguration={"Deserializer": OPEN_X | HIVE},
                OutputFormatConfiguration={"Serializer": {}},
            ),
            "Serializer must not be null",
        ),
        (
            converted(
                InputFormatConfiguration={"Deserializer": OPEN_X | HIVE},
                OutputFormatConfiguration={"Serializer": PARQUET | ORC},
            ),
            "More than one deserializer specified. Only one may be chosen.",
        ),
        (
            converted(
                OutputFormatConfiguration={"Serializer": PARQUET | ORC},
                SchemaConfiguration={},
            ),
            "More than one serializer specified. Only one may be chosen.",
        ),
        (
            converted(SchemaConfiguration={}),
            "SchemaConfiguration.RoleArn must not be null or empty",
        ),
        (
            converted(SchemaConfiguration={"RoleARN": ROLE_ARN}),
            "SchemaConfiguration.DatabaseName must not be null or empty",
        ),
        (
            converted(SchemaConfiguration=schema(TableName="")),
            "SchemaConfiguration.TableName must not be null or empty",
        ),
        (converted(SchemaConfiguration=schema(RoleARN="not-a-role")), "Invalid role ARN."),
        (
            converted(
                InputFormatConfiguration={"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["bbbb"]}}}
            ),
            "Invalid deserializer option(s): One or more SerDe options are invalid for "
            "org.apache.hcatalog.data.JsonSerDe: [Key: timestamp.formats Value: bbbb]",
        ),
    ],
)
def test_setting_that_aws_refuses_is_refused_in_its_words_and_order(
    wire: dict[str, Any], message: str
) -> None:
    assert refusal(wire) == message


@pytest.mark.parametrize(
    "wire",
    [
        converted(),
        converted(Enabled=None),
        converted() | {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 0}},
        converted(
            InputFormatConfiguration={
                "Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["millis", "yyyy-MM-dd'T'HH:mm:ss"]}}
            },
            OutputFormatConfiguration={"Serializer": ORC},
        ),
        # What is not enabled is kept and not checked.
        destination(
            CompressionFormat="GZIP",
            BufferingHints=SMALL,
            **{CONVERSION: conversion(Enabled=False, SchemaConfiguration=None)},
        ),
    ],
)
def test_setting_that_aws_takes_is_taken(wire: dict[str, Any]) -> None:
    check_destination(wire)
