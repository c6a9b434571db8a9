"""Source records that become several, or another one, before they are processed.

https://docs.aws.amazon.com/firehose/latest/dev/decomp-faq.html
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
"""

import base64
import gzip
import json

from emulator.firehose.configuration import BufferingHints, Preparation, RecordDeAggregation, S3Destination
from tests.unit.firehose.fakes import NOW, Subject, configuration, lambda_processor

DE_AGGREGATION = Preparation(de_aggregation=RecordDeAggregation("JSON"))
DECOMPRESSION = Preparation(decompress=True, extract_messages=True)
BACKUP = S3Destination("backups", BufferingHints(5, 60), prefix="backup/")


def message(kind: str, *texts: str) -> bytes:
    """Return what a subscription filter of CloudWatch Logs puts into a stream."""
    envelope = {
        "messageType": kind,
        "owner": "123456789012",
        "logGroup": "group",
        "logStream": "stream",
        "subscriptionFilters": ["filter"],
        "logEvents": [{"id": "0", "timestamp": 1, "message": text} for text in texts],
    }
    return gzip.compress(json.dumps(envelope).encode())


def test_record_is_settled_when_everything_it_became_is() -> None:
    # GIVEN a record of three JSON objects, of which the function drops one and fails one
    stream = Subject(
        configuration(
            interval_in_seconds=10,
            processor=lambda_processor(interval_in_seconds=0),
            preparation=DE_AGGREGATION,
        )
    )

    def handler(event: dict[str, list[dict[str, str]]]) -> object:
        results = dict(
            zip([each["recordId"] for each in event["records"]], ["Dropped", "Ok", "Ok"], strict=True)
        )
        return {
            "records": [
                {"recordId": each["recordId"], "result": results[each["recordId"]], "data": each["data"]}
                for each in event["records"]
            ]
        }

    stream.function.handler = handler
    stream.kinesis.put(b'{"a":1}{"a":2}\n{"a":3}')

    # WHEN one of them is Dropped and the others wait, THEN the record is not settled
    stream.run()
    assert ([len(each["records"]) for each in stream.function.events], stream.checkpoint()) == ([3], 0)

    # WHEN the others are delivered, THEN it is
    stream.run(10)
    assert stream.s3.bodies() == [b'{"a":2}{"a":3}']
    assert stream.checkpoint() == 1


# https://github.com/radkawar/stackd (a capture of AWS: "one record per envelope, including the empty CONTROL record")
def test_control_message_is_an_empty_record_to_the_function_and_to_the_delimiter() -> None:
    # GIVEN a function and a delimiter, and a control message between two data messages
    stream = Subject(
        configuration(
            interval_in_seconds=10,
            processor=lambda_processor(interval_in_seconds=0),
            preparation=DECOMPRESSION,
            append_delimiter=True,
        )
    )
    stream.kinesis.put(
        message("DATA_MESSAGE", "a"), message("CONTROL_MESSAGE", "check"), message("DATA_MESSAGE", "b")
    )

    # WHEN they are delivered
    stream.run()
    stream.run(10)

    # THEN the function got all three, and delimiters stand on both sides of what is empty
    assert [each["data"] for each in stream.function.events[0]["records"]] == ["YQo=", "", "Ygo="]
    assert (stream.s3.bodies("data/"), stream.checkpoint()) == ([b"A\n\n\nB\n"], 3)


def test_record_that_cannot_be_decompressed_goes_to_the_error_prefix_as_it_is() -> None:
    # GIVEN a record that is not compressed between two that are
    stream = Subject(configuration(interval_in_seconds=10, preparation=DECOMPRESSION))
    stream.kinesis.put(message("DATA_MESSAGE", "one"), b"plain", message("DATA_MESSAGE", "two"))

    # WHEN everything is delivered
    stream.run()
    stream.run(10)

    # THEN it is in the error prefix for its type, the others are delivered, and all are settled
    (body,) = stream.s3.bodies("errors/decompression-failed/")
    line = json.loads(body)
    arrival = round(NOW * 1000)
    assert (base64.b64decode(line["rawData"]), line["attemptsMade"], line["arrivalTimestamp"]) == (
        b"plain",
        1,
        arrival,
    )
    assert line["errorCode"] == "Decompression failed."
    assert list(line) == [
        "rawData",
        "errorCode",
        "errorMessage",
        "attemptsMade",
        "arrivalTimestamp",
        "attemptEndingTimestamp",
    ]
    (data,) = stream.s3.bodies("data/")
    assert (data.split(), stream.checkpoint()) == ([b"one", b"two"], 3)


def test_record_that_fails_after_its_decompression_is_kept_compressed() -> None:
    # GIVEN a function that fails what was decompressed
    stream = Subject(
        configuration(
            interval_in_seconds=10,
            processor=lambda_processor(interval_in_seconds=0),
            preparation=DECOMPRESSION,
        )
    )
    compressed = message("DATA_MESSAGE", "fail this")
    stream.kinesis.put(compressed)

    # WHEN it is delivered to the error prefix
    stream.run()
    stream.run(10)

    # THEN its line has the compressed bytes
    (body,) = stream.s3.bodies("errors/processing-failed/")
    assert base64.b64decode(json.loads(body)["rawData"]) == compressed


def test_backup_keeps_the_source_record_as_it_was() -> None:
    # GIVEN a backup, a record of two messages, a control message, and one that fails
    stream = Subject(configuration(interval_in_seconds=10, preparation=DECOMPRESSION, backup=BACKUP))
    sources = [message("DATA_MESSAGE", "one", "two"), message("CONTROL_MESSAGE"), b"plain"]
    stream.kinesis.put(*sources)
    stream.run()

    # WHEN the data is delivered but the backup is not, THEN nothing is settled
    stream.run(10)
    assert stream.checkpoint() == 0

    # WHEN the backup is delivered, THEN it holds all of them, and they are settled
    stream.run(50)
    assert (stream.s3.bodies("backup/"), stream.checkpoint()) == ([b"".join(sources)], 3)


def test_decompression_is_measured() -> None:
    # GIVEN a data message and a control message, and records that are no gzip and no log data
    stream = Subject(configuration(preparation=DECOMPRESSION))
    sources = [message("DATA_MESSAGE", "one"), message("CONTROL_MESSAGE", "check")]
    failing = [b"plain", gzip.compress(b"text")]
    stream.kinesis.put(*sources, *failing)

    # WHEN they are read
    stream.run()
    stream.delivery_stream.metrics.publish()

    # THEN each is counted once, with its size after decompression, or as it is if that failed
    counted = {
        datum["MetricName"]: (datum["StatisticValues"]["Sum"], datum["Unit"])
        for datum in stream.cloudwatch.data
        if datum["MetricName"].startswith("Output")
    }
    assert counted == {
        "OutputDecompressedRecords.Success": (2, "Count"),
        "OutputDecompressedBytes.Success": (sum(len(gzip.decompress(each)) for each in sources), "Bytes"),
        "OutputDecompressedRecords.Failed": (2, "Count"),
        "OutputDecompressedBytes.Failed": (sum(len(each) for each in failing), "Bytes"),
    }
