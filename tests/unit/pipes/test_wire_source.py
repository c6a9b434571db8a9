"""What CreatePipe and UpdatePipe accept, refuse and describe of a data stream or queue as the source.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceKinesisStreamParameters.html
https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceSqsQueueParameters.html
The messages marked AWS were recorded there, for pipes or (ESM) for Lambda's event source mappings:
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/pipes
https://github.com/aws/chalice/issues/1778
https://github.com/aws/aws-lambda-dotnet/pull/1758
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.pipes.refusal import InvalidRequestError
from emulator.pipes.wire import read_definition, read_update, write_definition
from tests.unit.pipes.fakes import QUEUE_ARN, ROLE_ARN, TARGET_ARN
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN, SOURCE_QUEUE_ARN

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def create(source: str, parameters: dict[str, Any] | None) -> Any:
    """Read a CreatePipe request."""
    request = {
        "Name": "p",
        "Source": source,
        "Target": TARGET_ARN,
        "RoleArn": ROLE_ARN,
        "SourceParameters": parameters,
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "k"}},
    }
    return read_definition(request, region="eu-north-1", now=NOW.timestamp())


def kinesis(**block: Any) -> dict[str, Any]:
    """Return source parameters for a data stream."""
    return {"KinesisStreamParameters": {"StartingPosition": "LATEST", **block}}


def described(definition: Any) -> Any:
    """Return what DescribePipe shows of the source."""
    return write_definition(definition)["SourceParameters"]


def test_defaults_of_a_data_stream() -> None:
    assert described(create(DATA_STREAM_ARN, kinesis())) == {
        "KinesisStreamParameters": {
            "StartingPosition": "LATEST",
            "BatchSize": 100,
        }
    }


def test_everything_that_is_given_of_a_data_stream_is_described() -> None:
    parameters = {
        **kinesis(
            StartingPosition="AT_TIMESTAMP",
            StartingPositionTimestamp=NOW,
            BatchSize=1,
            MaximumBatchingWindowInSeconds=2,
            ParallelizationFactor=10,
            MaximumRetryAttempts=0,
            MaximumRecordAgeInSeconds=60,
            OnPartialBatchItemFailure="AUTOMATIC_BISECT",
            DeadLetterConfig={"Arn": QUEUE_ARN},
        ),
        "FilterCriteria": {"Filters": [{"Pattern": '{"data":{"n":[1]}}'}]},
    }
    assert described(create(DATA_STREAM_ARN, parameters)) == parameters


@pytest.mark.parametrize("parameters", [None, {}, {"SqsQueueParameters": {}}])
def test_queue_needs_no_parameters(parameters: dict[str, Any] | None) -> None:
    assert described(create(SOURCE_QUEUE_ARN, parameters)) == {"SqsQueueParameters": {"BatchSize": 10}}


def test_everything_that_is_given_of_a_queue_is_described() -> None:
    parameters = {
        "SqsQueueParameters": {"BatchSize": 500, "MaximumBatchingWindowInSeconds": 1},
        "FilterCriteria": {"Filters": [{"Pattern": '{"body":["text"]}'}]},
    }
    assert described(create(SOURCE_QUEUE_ARN, parameters)) == parameters


@pytest.mark.parametrize(
    ("source", "parameters", "message"),
    [
        pytest.param(
            DATA_STREAM_ARN,
            None,
            '{"ValidationErrorFields":[{"Name":"SourceParameters.KinesisStreamParameters",'
            '"Message":"Missing required parameter."}]}',
            id="AWS: no source block",
        ),
        pytest.param(
            DATA_STREAM_ARN,
            {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
            "Invalid source parameter provided for source",
            id="AWS: block of DynamoDB for a data stream",
        ),
        pytest.param(
            SOURCE_QUEUE_ARN,
            kinesis(),
            "Invalid source parameter provided for source",
            id="AWS: block of Kinesis for a queue",
        ),
        pytest.param(
            SOURCE_QUEUE_ARN,
            {"SqsQueueParameters": {"BatchSize": 11}},
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            id="AWS (ESM): large batch without a window",
        ),
        pytest.param(
            SOURCE_QUEUE_ARN + ".fifo",
            {"SqsQueueParameters": {"MaximumBatchingWindowInSeconds": 1}},
            "Batching window is not supported for FIFO queues",
            id="AWS (ESM): window for a FIFO queue",
        ),
        pytest.param(
            DATA_STREAM_ARN,
            kinesis(StartingPosition="AT_TIMESTAMP"),
            '{"ValidationErrorFields":'
            '[{"Name":"SourceParameters.KinesisStreamParameters.StartingPositionTimestamp",'
            '"Message":"Missing required parameter."}]}',
            id="AT_TIMESTAMP without a time",
        ),
        pytest.param(
            DATA_STREAM_ARN,
            kinesis(StartingPositionTimestamp=NOW),
            "SourceParameters.KinesisStreamParameters.StartingPositionTimestamp: "
            "only valid with the StartingPosition AT_TIMESTAMP",
            id="time without AT_TIMESTAMP",
        ),
        pytest.param(
            DATA_STREAM_ARN,
            kinesis(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=datetime(2026, 1, 2)),
            "SourceParameters.KinesisStreamParameters.StartingPositionTimestamp: "
            "2026-01-02T00:00:00+00:00 is in the future",
            id="time that is to come",
        ),
        pytest.param(
            DATA_STREAM_ARN,
            kinesis(DeadLetterConfig={"Arn": QUEUE_ARN.replace("north", "west")}),
            "SourceParameters.KinesisStreamParameters.DeadLetterConfig.Arn: "
            "arn:aws:sqs:eu-west-1:000000000000:orders-pipe-dlq is not in the pipe's region eu-north-1",
            id="dead-letter queue in another region",
        ),
        pytest.param(
            DATA_STREAM_ARN,
            kinesis() | {"FilterCriteria": {"Filters": [{"Pattern": '{"data":["text"]}'}]}},
            "Invalid Event Pattern. Reason: data must be a JSON object",
            id="pattern for data that is not JSON",
        ),
        pytest.param(
            DATA_STREAM_ARN.replace("north", "west"),
            kinesis(),
            "Creating cross-region pipe is not permitted.",
            id="AWS: source in another region",
        ),
    ],
)
def test_source_that_is_refused(source: str, parameters: dict[str, Any] | None, message: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(source, parameters)
    assert str(caught.value) == message


def test_update_replaces_the_block_of_a_data_stream_and_keeps_its_position() -> None:
    # GIVEN a pipe that reads from a time on
    definition = create(
        DATA_STREAM_ARN,
        kinesis(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=NOW, MaximumRetryAttempts=3),
    )

    # WHEN the block is given with one other setting
    update = {"RoleArn": ROLE_ARN, "SourceParameters": {"KinesisStreamParameters": {"BatchSize": 7}}}
    block = described(read_update(update, definition, region="eu-north-1"))["KinesisStreamParameters"]

    # THEN what it omits is the default again
    assert (block["BatchSize"], block.get("MaximumRetryAttempts")) == (7, None)
    assert (block["StartingPosition"], block["StartingPositionTimestamp"]) == ("AT_TIMESTAMP", NOW)


def test_update_replaces_the_block_of_a_queue() -> None:
    # GIVEN a pipe with a window
    window = {"SqsQueueParameters": {"BatchSize": 20, "MaximumBatchingWindowInSeconds": 9}}
    definition = create(SOURCE_QUEUE_ARN, window)

    # WHEN the block is given with a size alone, or not at all
    sized = {"RoleArn": ROLE_ARN, "SourceParameters": {"SqsQueueParameters": {"BatchSize": 5}}}
    changed = described(read_update(sized, definition, region="eu-north-1"))
    same = described(read_update({"RoleArn": ROLE_ARN}, definition, region="eu-north-1"))

    # THEN the window is the default again, or what it was
    assert changed == {"SqsQueueParameters": {"BatchSize": 5}}
    assert same == window


def test_update_is_refused_for_the_block_of_another_source() -> None:
    definition = create(SOURCE_QUEUE_ARN, None)
    update = {"RoleArn": ROLE_ARN, "SourceParameters": {"DynamoDBStreamParameters": {}}}
    with pytest.raises(InvalidRequestError, match="Invalid source parameter provided for source"):
        read_update(update, definition, region="eu-north-1")
