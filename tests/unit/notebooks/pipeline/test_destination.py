"""The hints that the objects are judged by."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from notebooks.pipeline.destination import Destination, destination_from, hints
from tests.unit.verify.situation import CHAIN

NAMED = {"DeliveryStreamName": "orders-firehose", "VersionId": "3"}


def destination(description: dict[str, Any]) -> Destination:
    full = {**NAMED, "Destinations": [{"ExtendedS3DestinationDescription": description}]}
    return destination_from(cast(Any, full), CHAIN)


def test_hints_are_read_from_the_description() -> None:
    # GIVEN
    processor = {
        "Type": "Lambda",
        "Parameters": [
            {"ParameterName": "BufferSizeInMBs", "ParameterValue": "0.5"},
            {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "5"},
        ],
    }

    # WHEN
    found = destination(
        {
            "BufferingHints": {"SizeInMBs": 2, "IntervalInSeconds": 10},
            "CompressionFormat": "GZIP",
            "ProcessingConfiguration": {"Enabled": True, "Processors": [processor]},
        }
    )

    # THEN
    assert found == Destination(
        name="orders-firehose",
        version_id="3",
        size_bytes=2_097_152,
        s3_interval=timedelta(seconds=10),
        transform_size_bytes=524_288,
        transform_interval=timedelta(seconds=5),
        is_compressed=True,
    )
    assert found.longest_wait == timedelta(seconds=15)


def test_without_hints_those_of_aws_apply() -> None:
    # WHEN
    found = destination({"CompressionFormat": "UNCOMPRESSED"})

    # THEN
    assert (found.size_bytes, found.transform_size_bytes, found.is_compressed) == (
        5_242_880,
        1_048_576,
        False,
    )


def test_the_hints_are_shown_a_buffer_to_a_line() -> None:
    # GIVEN
    found = replace(destination({}), s3_interval=timedelta(seconds=300))

    # WHEN
    table = hints(found)

    # THEN
    assert table.to_dict("split")["data"] == [
        ["before the function", "1 MiB", "5 s"],
        ["before S3", "5 MiB", "300 s"],
    ]
