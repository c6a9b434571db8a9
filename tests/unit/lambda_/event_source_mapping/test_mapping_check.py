"""What is refused of a mapping.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.lambda_.event_source_mapping.mapping_check import (
    InvalidMappingError,
    OutOfRangeError,
    check_mapping,
    check_values,
    check_visibility_timeout,
)
from emulator.pipes.event_pattern import compile_filter
from tests.unit.lambda_.event_source_mapping.fakes import FUNCTION_ARN, TOPIC_ARN, to
from tests.unit.pipes.fakes import QUEUE_ARN
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN

VALID: dict[str, Any] = {"EventSourceArn": DATA_STREAM_ARN, "StartingPosition": "LATEST"}


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"StartingPosition": "AT_TIMESTAMP"}, "StartingPositionTimestamp"),
        (
            {
                "StartingPosition": "AT_TIMESTAMP",
                "StartingPositionTimestamp": datetime.fromtimestamp(101, UTC),
            },
            "in the future",
        ),
        ({"MaximumRecordAgeInSeconds": 59}, "MaximumRecordAgeInSeconds: 59 is less than 60"),
        ({"TumblingWindowInSeconds": 30, "ParallelizationFactor": 2}, "ParallelizationFactor: has to be 1"),
        (
            {"EventSourceArn": "arn:aws:sqs:eu-north-1:000000000000:jobs", "TumblingWindowInSeconds": 30},
            "Unsupported TumblingWindowInSeconds parameter for given event source mapping type.",
        ),
        ({"FilterCriteria": {"Filters": [{"Pattern": '{"data": ["text"]}'}]}}, "filter pattern"),
        (
            {
                "EventSourceArn": "arn:aws:sqs:eu-north-1:000000000000:jobs.fifo",
                "MaximumBatchingWindowInSeconds": 1,
            },
            "Batching window is not supported for FIFO queues",
        ),
        ({"EventSourceArn": TOPIC_ARN}, "Unrecognized event source."),
        (
            {"EventSourceArn": "arn:aws:kafka:eu-north-1:000000000000:cluster/orders/1"},
            "Mappings of kafka are not",
        ),
        (
            {"ScalingConfig": {"MaximumConcurrency": 10}},
            "Unsupported ScalingConfig parameter for given event source mapping type.",
        ),
        *(
            (
                {"DestinationConfig": to(arn)},
                re.escape(
                    "The provided destination config DestinationConfig(onSuccess=null, "
                    f"onFailure=OnFailure(destination={arn})) is invalid."
                ),
            )
            for arn in (FUNCTION_ARN, f"{QUEUE_ARN}.fifo", f"{TOPIC_ARN}.fifo")
        ),
    ],
)
def test_a_mapping_that_cannot_be_carried_out_is_refused(configuration: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidMappingError, match=message):
        check_mapping({**VALID, **configuration}, 100.0, compile_filter)


@pytest.mark.parametrize(
    "configuration",
    [
        VALID,
        {**VALID, "TumblingWindowInSeconds": 30, "MaximumRecordAgeInSeconds": 60},
        {**VALID, "TumblingWindowInSeconds": 0, "ParallelizationFactor": 10},
        {**VALID, "MaximumRecordAgeInSeconds": -1},
        {**VALID, "DestinationConfig": to("")},
        {**VALID, "DestinationConfig": to("arn:aws:s3:::orders.fifo")},
        {
            **VALID,
            "StartingPosition": "AT_TIMESTAMP",
            "StartingPositionTimestamp": datetime.fromtimestamp(100, UTC),
        },
        {"EventSourceArn": "arn:aws:sqs:eu-north-1:000000000000:jobs"},
    ],
)
def test_a_mapping_that_can_be_carried_out_is_not_refused(configuration: dict[str, Any]) -> None:
    check_mapping(configuration, 100.0, compile_filter)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (
            {"ParallelizationFactor": 11},
            "1 validation error detected: Value '11' at 'parallelizationFactor' failed to satisfy constraint: "
            "Member must have value less than or equal to 10",
        ),
        (
            {"BatchSize": 0},
            "1 validation error detected: Value '0' at 'batchSize' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {"ScalingConfig": {"MaximumConcurrency": 1_001}},
            "1 validation error detected: Value '1001' at 'scalingConfig.maximumConcurrency' failed to satisfy "
            "constraint: Member must have value less than or equal to 1000",
        ),
        (
            {"FunctionResponseTypes": ["ReportBatchItemFailures", "Other"]},
            "1 validation error detected: Value '[ReportBatchItemFailures, Other]' at 'functionResponseTypes' failed "
            "to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: "
            "[ReportBatchItemFailures]]",
        ),
        (
            {"EventSourceArn": "orders"},
            "1 validation error detected: Value 'orders' at 'eventSourceArn' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: "
            r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
        ),
        (
            {"DestinationConfig": to("orders-failed")},
            "1 validation error detected: Value 'orders-failed' at 'destinationConfig.onFailure.destination' failed "
            "to satisfy constraint: Member must satisfy regular expression pattern: "
            r"^$|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
        ),
    ],
)
def test_a_value_outside_its_range_is_refused(numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(OutOfRangeError) as refused:
        check_values(numbers)
    assert str(refused.value) == message


def test_numbers_within_their_ranges_are_not_refused() -> None:
    check_values({"BatchSize": 10_000, "MaximumRetryAttempts": -1, "ParallelizationFactor": 1})


def test_a_queue_keeps_its_messages_hidden_as_long_as_the_function_may_run() -> None:
    check_visibility_timeout(30, 30)
    with pytest.raises(
        InvalidMappingError,
        match=r"^Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds$",
    ):
        check_visibility_timeout(30, 60)
