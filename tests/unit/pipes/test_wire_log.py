"""LogConfiguration in requests and answers.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeLogConfigurationParameters.html
"""

from typing import Any

import pytest

from emulator.pipes.refusal import InvalidRequestError
from emulator.pipes.wire_log import read_log_configuration, write_log_configuration

GROUP = {"LogGroupArn": "arn:aws:logs:eu-north-1:000000000000:log-group:pipe-logs"}
BUCKET = {"BucketName": "pipe-logs", "BucketOwner": "000000000000"}


@pytest.mark.parametrize(
    "block",
    [
        {"Level": "OFF"},
        {"Level": "INFO", "CloudwatchLogsLogDestination": GROUP},
        {
            "Level": "TRACE",
            "IncludeExecutionData": ["ALL"],
            "FirehoseLogDestination": {
                "DeliveryStreamArn": "arn:aws:firehose:eu-north-1:000000000000:deliverystream/logs"
            },
            "S3LogDestination": {**BUCKET, "Prefix": "pipes/", "OutputFormat": "json"},
        },
    ],
)
def test_configuration_comes_back_as_it_was_given(block: dict[str, Any]) -> None:
    configuration = read_log_configuration({"LogConfiguration": block}, None)
    assert write_log_configuration(configuration) == {"LogConfiguration": block}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"Level": "ERROR"}, "Must provide at least 1 log destination in LogConfiguration"),
        (
            {"Level": "INFO", "S3LogDestination": {**BUCKET, "OutputFormat": "plain"}},
            "w3c and plain output formats are not supported by Pipes",
        ),
        (
            {"Level": "INFO", "S3LogDestination": {**BUCKET, "OutputFormat": "w3c"}},
            "w3c and plain output formats are not supported by Pipes",
        ),
    ],
)
def test_configuration_that_aws_refuses_is_refused_in_its_words(block: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        read_log_configuration({"LogConfiguration": block}, None)
    assert str(refused.value) == message


def test_update_without_the_block_keeps_it_and_one_with_it_replaces_it_whole() -> None:
    # GIVEN a pipe that logs with execution data
    given = {"Level": "INFO", "IncludeExecutionData": ["ALL"], "CloudwatchLogsLogDestination": GROUP}
    current = read_log_configuration({"LogConfiguration": given}, None)

    # WHEN it is updated
    assert read_log_configuration({}, current) == current
    replaced = {"Level": "ERROR", "CloudwatchLogsLogDestination": GROUP}
    updated = read_log_configuration({"LogConfiguration": replaced}, current)

    # THEN what the new block does not say is gone
    assert write_log_configuration(updated) == {"LogConfiguration": replaced}
