"""What a destination with dynamic partitioning needs.

https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
"""

from typing import Any

import pytest

from emulator.firehose.validation.destination import check_destination
from tests.unit.firehose.refusal import refusal
from tests.unit.firehose.wire_fakes import (
    destination,
    lambda_processor,
    metadata_extraction,
    partitioned,
    processing,
)

FROM_LAMBDA = "!{partitionKeyFromLambda:country}/"


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (
            destination(DynamicPartitioningConfiguration={"Enabled": True}),
            "Processing Configuration is not enabled when DataPartitioning is enabled",
        ),
        (
            partitioned(BufferingHints={"SizeInMBs": 63, "IntervalInSeconds": 60}),
            "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.",
        ),
        (
            partitioned(BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 0}),
            "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled.",
        ),
        (
            partitioned(Prefix="data/plain/"),
            "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled",
        ),
        (
            partitioned(Prefix="!{partitionKeyFromQuery:customer}/" + FROM_LAMBDA),
            "Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace",
        ),
        (
            partitioned(lambda_processor()),
            "MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace",
        ),
        (
            partitioned(metadata_extraction("{customer: .customer, a: .a}")),
            "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
        ),
        (
            partitioned(ErrorOutputPrefix=""),
            "The supplied prefix(es) do not satisfy the following constraint: ErrorOutputPrefix cannot be null or "
            "empty when Prefix contains expressions",
        ),
    ],
)
def test_setting_that_aws_refuses_is_refused_in_its_words(wire: dict[str, Any], message: str) -> None:
    assert refusal(wire) == message


def test_prefix_must_not_use_keys_that_the_query_does_not_make() -> None:
    # Whether AWS refuses it is not known; every record would go to the error prefix.
    wire = partitioned(
        Prefix="!{partitionKeyFromQuery:customer}/!{partitionKeyFromQuery:missing}/",
    )

    assert "missing" in refusal(wire)


@pytest.mark.parametrize(
    "wire",
    [
        partitioned(),
        partitioned(BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60}),
        partitioned(
            DynamicPartitioningConfiguration={"Enabled": True, "RetryOptions": {"DurationInSeconds": 0}}
        ),
        partitioned(lambda_processor(), Prefix=FROM_LAMBDA),
        partitioned(
            lambda_processor(),
            metadata_extraction(),
            Prefix="!{partitionKeyFromQuery:customer}/" + FROM_LAMBDA + "!{timestamp:yyyy}/",
        ),
        # Keys that cannot be told from the text are left to the records.
        partitioned(metadata_extraction(". | {(.name): .value}")),
        processing(lambda_processor()) | {"DynamicPartitioningConfiguration": {"Enabled": False}},
    ],
)
def test_setting_that_aws_takes_is_taken(wire: dict[str, Any]) -> None:
    check_destination(wire)
