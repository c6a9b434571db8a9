"""Which processors are refused, and in which words.

https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
https://github.com/floci-io/floci/issues/3349 (probes on AWS)
https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
"""

from typing import Any

import pytest

from emulator.firehose.validation.destination import check_destination
from tests.unit.firehose.refusal import refusal
from tests.unit.firehose.wire_fakes import (
    LAMBDA_ARN,
    lambda_processor,
    metadata_extraction,
    partitioned,
    processing,
    processor,
)

INTERNAL = "class com.amazonaws.services.firehose.internal.model"
DUPLICATE = {
    "Type": "Lambda",
    "Parameters": [{"ParameterName": "NumberOfRetries", "ParameterValue": each} for each in "23"],
}
DUPLICATE_DELIMITER = {
    "Type": "AppendDelimiterToRecord",
    "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": each} for each in ("a", "b")],
}


@pytest.mark.parametrize(
    ("processors", "message"),
    [
        (
            [],
            "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.",
        ),
        (
            [processor("AppendDelimiterToRecord")] * 6,
            "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.",
        ),
        ([lambda_processor(), lambda_processor()], "Cannot have more than 1 Lambda processor."),
        # Reported before the missing function.
        ([DUPLICATE], "Duplicate ProcessorParameter passed to ProcessingConfiguration."),
        (
            [processor("Lambda", NumberOfRetries="3")],
            "LambdaArn is required when Lambda processor is used.",
        ),
        ([processor("Lambda", LambdaArn="not-an-arn")], "Invalid lambda ARN."),
        (
            [processor("Lambda", LambdaArn=LAMBDA_ARN.replace("transform", "bad name"))],
            "Invalid lambda ARN.",
        ),
        ([processor("Lambda", LambdaArn=f"{LAMBDA_ARN}/with/slashes")], "Invalid lambda ARN."),
        (
            [lambda_processor(NumberOfRetries="301")],
            "Number of retries for lambda must be between 0 and 300.",
        ),
        (
            [lambda_processor(NumberOfRetries="-1")],
            "Number of retries for lambda must be between 0 and 300.",
        ),
        # Reported before the size, which is out of range.
        (
            [lambda_processor(BufferSizeInMBs="3.1")],
            "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda "
            "processor.",
        ),
        (
            [lambda_processor(BufferSizeInMBs="3.01", BufferIntervalInSeconds="60")],
            "BufferSizeInMBs for lambda processor must be between 0.2 and 3.",
        ),
        (
            [lambda_processor(BufferSizeInMBs="0.199", BufferIntervalInSeconds="60")],
            "BufferSizeInMBs for lambda processor must be between 0.2 and 3.",
        ),
        (
            [lambda_processor(BufferSizeInMBs="1", BufferIntervalInSeconds="1000")],
            "BufferIntervalInSeconds for lambda processor must be between 0 and 900.",
        ),
        ([processor("Decompression", CompressionFormat="ZIP")], "CompressionFormat has to be GZIP"),
        (
            [processor("CloudWatchLogProcessing", DataMessageExtraction="true")],
            "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor",
        ),
        (
            [
                processor("Decompression"),
                processor("CloudWatchLogProcessing", DataMessageExtraction="yes"),
            ],
            "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.",
        ),
        (
            [processor("Decompression"), processor("CloudWatchLogProcessing")],
            "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.",
        ),
        (
            [metadata_extraction()],
            f"{INTERNAL}.MetadataExtractionProcessor can only be present when Dynamic Partitioning is enabled.",
        ),
        (
            [processor("RecordDeAggregation", SubRecordType="JSON")],
            f"{INTERNAL}.RecordDeAggregationProcessor can only be present when Dynamic Partitioning is enabled.",
        ),
    ],
)
def test_processors_that_aws_refuses_are_refused_in_its_words(
    processors: list[dict[str, Any]], message: str
) -> None:
    assert refusal(processing(*processors)) == message


@pytest.mark.parametrize(
    ("processors", "message"),
    [
        (
            [metadata_extraction(JsonParsingEngine="JQ-1.7")],
            "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6",
        ),
        (
            [processor("MetadataExtraction", MetadataExtractionQuery="{customer: .customer}")],
            "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6",
        ),
        (
            [metadata_extraction(), processor("RecordDeAggregation", SubRecordType="CSV")],
            "SubRecordType has to be one of JSON, DELIMITED",
        ),
        (
            [metadata_extraction(), processor("RecordDeAggregation", SubRecordType="DELIMITED")],
            "Delimiter should be present for DELIMITED",
        ),
    ],
)
def test_processors_of_partitioned_streams_are_refused_in_aws_words(
    processors: list[dict[str, Any]], message: str
) -> None:
    assert refusal(partitioned(*processors)) == message


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (processing(lambda_processor(Delimiter="x")), "does not take the parameter Delimiter"),
        (processing(lambda_processor(NumberOfRetries="many")), "is not a number"),
        (partitioned(processor("MetadataExtraction", JsonParsingEngine="JQ-1.6")), "MetadataExtractionQuery"),
        (
            partitioned(
                metadata_extraction(),
                processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="####"),
            ),
            "base64",
        ),
        (
            partitioned(metadata_extraction("{" + ",".join(f"k{n}: .k" for n in range(51)) + "}")),
            "more than 50 keys",
        ),
        (
            partitioned(metadata_extraction(), metadata_extraction()),
            "more than 1 MetadataExtraction processor",
        ),
    ],
)
def test_refusal_whose_words_on_aws_are_not_known_names_the_setting(wire: dict[str, Any], words: str) -> None:
    assert words in refusal(wire)


@pytest.mark.parametrize(
    "wire",
    [
        processing(lambda_processor(BufferSizeInMBs="0.2", BufferIntervalInSeconds="0")),
        processing(lambda_processor(BufferSizeInMBs="3", BufferIntervalInSeconds="900")),
        processing(lambda_processor(NumberOfRetries="300")),
        processing(processor("Lambda", LambdaArn=f"{LAMBDA_ARN}:$LATEST")),
        processing(processor("Lambda", LambdaArn=f"{LAMBDA_ARN}:prod")),
        processing(lambda_processor(), processor("AppendDelimiterToRecord", Delimiter="\\n")),
        processing(
            processor("Decompression"), processor("CloudWatchLogProcessing", DataMessageExtraction="False")
        ),
        processing(enabled=False),
        # https://github.com/radkawar/stackd (replays of captures: duplicates of these three are taken)
        processing(*[processor("Decompression")] * 2),
        processing(
            processor("Decompression"),
            *[processor("CloudWatchLogProcessing", DataMessageExtraction="true")] * 2,
        ),
        processing(*[processor("AppendDelimiterToRecord")] * 2),
        processing(DUPLICATE_DELIMITER),
        partitioned(
            metadata_extraction(),
            processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="IyMjIw=="),
        ),
        # AWS takes a query that jq does not; every record then goes to the error prefix.
        partitioned(metadata_extraction("{customer: if }")),
    ],
)
def test_processors_that_aws_takes_are_taken(wire: dict[str, Any]) -> None:
    check_destination(wire)
