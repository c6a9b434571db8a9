"""Log data of CloudWatch Logs, decompressed and unpacked on its way to S3, and the delimiter between records.

https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html
"""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from notebooks.lake import connect
from tests.conftest import Aws
from tests.integration.firehose_setup import ACCOUNT_ID, REGION, ROLE_ARN, Setup, processing, processor
from tests.polling import poll_until

DECOMPRESSION = processor("Decompression", CompressionFormat="GZIP")
EXTRACTION = processor("CloudWatchLogProcessing", DataMessageExtraction="true")
ERRORS = "errors/!{firehose:error-output-type}/"
MESSAGES = ['{"order_id":"1","product":"tea"}', '{"order_id":"2","product":"café"}', '{"order_id":"3"}']


@pytest.fixture
def setup(aws: Aws, name: str) -> Iterator[Setup]:
    """Return a bucket, and makers of what is delivered to it; everything is removed afterwards."""
    resources = Setup(aws, name)
    yield resources
    resources.remove()


@pytest.fixture
def logs(aws: Aws, name: str) -> Iterator[Any]:
    """Return a client of CloudWatch Logs, with a log group and a log stream in it."""
    client = aws.client("logs")
    client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName=name, logStreamName="orders")
    yield client
    client.delete_log_group(logGroupName=name)


def create_processing(setup: Setup, *processors: dict[str, Any], **arguments: Any) -> None:
    """Create a delivery stream that delivers after a second what these processors make."""
    setup.create_delivery_stream(
        Prefix="data/",
        ErrorOutputPrefix=ERRORS,
        ProcessingConfiguration=processing(*processors),
        **arguments,
    )


def envelope(messages: list[str], message_type: str = "DATA_MESSAGE") -> dict[str, Any]:
    """Return what a subscription sends.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    """
    return {
        "owner": "111111111111",
        "logGroup": "CloudTrail/logs",
        "logStream": "111111111111_CloudTrail/logs_us-east-1",
        "subscriptionFilters": ["Destination"],
        "messageType": message_type,
        "logEvents": [
            {
                "id": f"3195310660696698337880902507980421114328961542429EXAMPL{number}",
                "timestamp": 1432826855000 + number,
                "message": message,
            }
            for number, message in enumerate(messages)
        ],
    }


def compressed(content: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(content, ensure_ascii=False).encode())


def lines_of(setup: Setup, count: int) -> list[str]:
    """Return the lines of all objects under `data/`, once there are as many."""

    def look() -> list[str] | None:
        lines = [line for body in setup.objects("data/").values() for line in body.decode().splitlines()]
        return lines if len(lines) >= count else None

    return poll_until(f"{count} lines", look)


def failures(setup: Setup, error_output_type: str, count: int = 1) -> list[bytes]:
    """Return the records in the error objects of a type."""
    lines = poll_until(
        f"{count} records under {error_output_type}",
        lambda: setup.error_lines(f"errors/{error_output_type}/", count),
    )
    return [base64.b64decode(line["rawData"]) for line in lines]


def test_messages_are_taken_out_of_log_data(setup: Setup) -> None:
    # GIVEN a delivery stream that unpacks what a data stream brings
    setup.create_data_stream()
    create_processing(setup, DECOMPRESSION, EXTRACTION, kinesis=True)

    # WHEN log data, a control message, and records that are neither arrive
    control = compressed(envelope(["CWL CONTROL MESSAGE: Checking health of destination"], "CONTROL_MESSAGE"))
    not_gzip, cut_off, other = b'{"order_id":"9"}', compressed(envelope(["cut"]))[:-9], gzip.compress(b"text")
    batches = [compressed(envelope(MESSAGES[:2])), compressed(envelope(MESSAGES[2:]))]
    for data in (control, batches[0], not_gzip, cut_off, other, batches[1]):
        setup.put(data)

    # THEN the messages are lines, in their order
    assert lines_of(setup, count=3) == MESSAGES

    # THEN another client reads them as rows
    with connect() as connection:
        rows = connection.sql(
            f"SELECT order_id, product FROM read_json('s3://{setup.name}/data/**', "
            "format = 'newline_delimited') ORDER BY order_id"
        ).fetchall()
    assert rows == [("1", "tea"), ("2", "café"), ("3", None)]

    # THEN what cannot be unpacked is kept as it came
    assert failures(setup, "decompression-failed", count=3) == [not_gzip, cut_off, other]
    listed = setup.s3.list_objects_v2(Bucket=setup.name, Prefix="errors/processing-failed/")
    assert listed["KeyCount"] == 0

    # THEN the metrics tell records that could be decompressed from those that could not
    failed_bytes = len(not_gzip) + len(cut_off) + len(other)
    poll_until(
        "the decompression's metrics",
        lambda: (
            setup.metric_sum("OutputDecompressedRecords.Failed") == 3
            and setup.metric_sum("OutputDecompressedBytes.Failed") == failed_bytes
            and setup.metric_sum("OutputDecompressedRecords.Success") == 3
            and setup.metric_sum("DataReadFromKinesisStream.Records") == 6
        ),
    )


@pytest.mark.parametrize(
    "processors",
    [
        pytest.param([DECOMPRESSION], id="decompression"),
        pytest.param(
            [DECOMPRESSION, processor("CloudWatchLogProcessing", DataMessageExtraction="false")],
            id="without extraction",
        ),
    ],
)
def test_log_data_is_delivered_whole_without_extraction(
    setup: Setup, processors: list[dict[str, Any]]
) -> None:
    # GIVEN a delivery stream that only decompresses, and compresses its objects
    setup.create_data_stream()
    create_processing(setup, *processors, kinesis=True, CompressionFormat="GZIP")

    # WHEN log data arrives
    content = envelope(MESSAGES)
    setup.put(compressed(content))

    # THEN it is in the object as it is, compressed once
    (body,) = poll_until("the object", lambda: setup.objects("data/")).values()
    assert json.loads(gzip.decompress(body)) == content


def test_function_gets_the_messages_and_a_failure_keeps_the_log_data(setup: Setup) -> None:
    # GIVEN a function that fails what it does not like
    setup.create_data_stream()
    setup.create_function(
        """
import base64
def handler(event, context):
    records = []
    for record in event["records"]:
        text = base64.b64decode(record["data"]).decode()
        result = "ProcessingFailed" if "bad" in text else "Ok"
        data = base64.b64encode(text.upper().encode()).decode()
        records.append({"recordId": record["recordId"], "result": result, "data": data})
    return {"records": records}
"""
    )
    create_processing(setup, DECOMPRESSION, EXTRACTION, setup.lambda_processor(), kinesis=True)

    # WHEN log data of both kinds arrives
    bad = compressed(envelope(["bad"]))
    for data in (compressed(envelope(["one", "two"])), bad):
        setup.put(data)

    # THEN the function saw messages
    assert lines_of(setup, count=2) == ["ONE", "TWO"]
    # THEN a record that fails after its decompression is kept compressed, as AWS documents
    assert failures(setup, "processing-failed") == [bad]


@pytest.mark.parametrize("by_way_of", ["firehose", "kinesis"])
def test_subscription_brings_what_is_logged(setup: Setup, logs: Any, by_way_of: str) -> None:
    # GIVEN a log group with a subscription to the delivery stream, or to the data stream that it reads
    kinesis = by_way_of == "kinesis"
    if kinesis:
        setup.create_data_stream()
    create_processing(setup, DECOMPRESSION, EXTRACTION, kinesis=kinesis)
    stream_arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT_ID}:stream/{setup.name}"
    logs.put_subscription_filter(
        logGroupName=setup.name,
        filterName="orders",
        filterPattern="",
        destinationArn=stream_arn if kinesis else setup.describe()["DeliveryStreamARN"],
        roleArn=ROLE_ARN,
    )

    # WHEN messages are logged in two calls
    now = round(datetime.now(UTC).timestamp() * 1000)
    for messages in (MESSAGES[:2], MESSAGES[2:]):
        events = [{"timestamp": now, "message": message} for message in messages]
        logs.put_log_events(logGroupName=setup.name, logStreamName="orders", logEvents=events)

    # THEN they arrive, in their order and nothing else
    assert lines_of(setup, count=3) == MESSAGES
    assert setup.error_lines("errors/") == []


def test_delimiter_makes_each_record_a_line_once_it_is_switched_on(setup: Setup) -> None:
    # GIVEN a delivery stream without processors, and what it delivers of two records
    setup.create_delivery_stream(Prefix="before/")
    setup.put_directly(b"first;", b"second;")
    (body,) = poll_until("the object before", lambda: setup.objects("before/")).values()
    assert body == b"first;second;"

    # WHEN the delimiter is switched on
    setup.update_destination(
        Prefix="data/", ProcessingConfiguration=processing(processor("AppendDelimiterToRecord"))
    )
    setup.put_directly(*(message.encode() for message in MESSAGES))

    # THEN each record is a line
    assert lines_of(setup, count=3) == MESSAGES
