"""Format conversion when an object is made.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
"""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import pyarrow.parquet
from botocore.exceptions import EndpointConnectionError

from emulator.firehose.configuration import FormatConversion, TableReference
from tests.unit.firehose.fakes import Subject, client_error, configuration

TABLE = TableReference(
    "arn:aws:iam::000000000000:role/firehose", "000000000000", "shop", "orders", "eu-north-1"
)
CONVERSION = FormatConversion(TABLE, "OpenXJsonSerDe", "ParquetSerDe")


def converting(**settings: Any) -> Subject:
    """Return a delivery stream that converts to Parquet after 10 s, with a table of two columns."""
    stream = Subject(configuration(64, 10, format_conversion=CONVERSION, **settings))
    stream.glue.columns = {"id": "string", "quantity": "int"}
    return stream


def rows(stream: Subject) -> list[dict[str, Any]]:
    """Return the rows of every Parquet object, as pyarrow reads them."""
    found: list[dict[str, Any]] = []
    for key, stored in stream.s3.objects.items():
        if key.startswith("data/"):
            found += pyarrow.parquet.read_table(io.BytesIO(stored["Body"])).to_pylist()
    return found


def error_lines(stream: Subject) -> list[dict[str, Any]]:
    bodies = stream.s3.bodies("errors/format-conversion-failed/")
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def deliver(stream: Subject, *data: bytes) -> None:
    """Put records and let them be delivered, errors included."""
    stream.kinesis.put(*data)
    stream.run()
    stream.run(10)
    stream.run(10)


def test_object_holds_the_rows_and_errors_hold_what_has_none() -> None:
    # GIVEN a record that is not JSON between two orders
    stream = converting()

    # WHEN they are delivered
    deliver(stream, b'{"id":"a","quantity":1}', b"not json", b'{"id":"b","quantity":2}')

    # THEN the orders are rows of one Parquet object
    assert rows(stream) == [{"id": "a", "quantity": 1}, {"id": "b", "quantity": 2}]
    (key,) = [key for key in stream.s3.objects if key.startswith("data/")]
    assert key.endswith(".parquet")

    # THEN the other one is a line of an error object, and each is settled once
    (line,) = error_lines(stream)
    assert (
        base64.b64decode(line["rawData"]),
        line["attemptsMade"],
        line["dataCatalogTable"]["tableName"],
    ) == (
        b"not json",
        1,
        "orders",
    )
    assert stream.checkpoint() == 3


def test_conversion_is_measured() -> None:
    stream = converting()

    deliver(stream, b'{"id":"a","quantity":1}', b"not json")
    stream.delivery_stream.metrics.publish()

    counted = {
        datum["MetricName"]: (datum["StatisticValues"]["Sum"], datum["Unit"])
        for datum in stream.cloudwatch.data
        if "Conversion" in datum["MetricName"] or datum["MetricName"] == "DeliveryToS3.Records"
    }
    assert counted == {
        "SucceedConversion.Records": (1, "Count"),
        "SucceedConversion.Bytes": (23, "Bytes"),
        "FailedConversion.Records": (1, "Count"),
        "FailedConversion.Bytes": (8, "Bytes"),
        "DeliveryToS3.Records": (1, "Count"),
    }


def test_file_extension_replaces_that_of_the_format() -> None:
    stream = converting(file_extension=".orders")

    deliver(stream, b'{"id":"a","quantity":1}')

    assert [key.endswith(".orders") for key in stream.s3.objects] == [True]


def test_nothing_is_written_when_no_record_can_be_converted() -> None:
    # GIVEN two records that are not JSON
    stream = converting()

    # WHEN they are delivered, THEN there is an error object only
    deliver(stream, b"one", b"two")
    assert [key.partition("/2")[0].split("/")[0] for key in stream.s3.objects] == ["errors"]
    assert ([base64.b64decode(line["rawData"]) for line in error_lines(stream)], stream.checkpoint()) == (
        [b"one", b"two"],
        2,
    )


def test_failed_records_are_handed_over_once_although_the_object_is_refused() -> None:
    # GIVEN S3 that refuses the converted object, and an update meanwhile, which makes the object again
    stream = converting()
    stream.s3.refused = "data/"
    deliver(stream, b'{"id":"a","quantity":1}', b"not json")
    assert (stream.s3.objects, stream.checkpoint()) == ({}, 0)
    settings = configuration(64, 10, format_conversion=CONVERSION)
    stream.delivery_stream.configure(replace(settings, version_id=2))
    stream.run()

    # WHEN it accepts
    stream.s3.refused = None
    for _ in range(4):
        stream.run(10)

    # THEN the good record and the failed one are there once
    assert rows(stream) == [{"id": "a", "quantity": 1}]
    assert [base64.b64decode(line["rawData"]) for line in error_lines(stream)] == [b"not json"]
    assert stream.checkpoint() == 2


def test_missing_table_fails_every_record_of_the_object() -> None:
    # GIVEN a table that is gone
    stream = converting()
    stream.glue.errors = [client_error("EntityNotFoundException")]

    # WHEN records are delivered, THEN all of them are errors
    deliver(stream, b'{"id":"a","quantity":1}', b'{"id":"b","quantity":2}')
    assert [line["lastErrorCode"] for line in error_lines(stream)] == [
        "DataFormatConversion.EntityNotFound"
    ] * 2
    assert (rows(stream), stream.checkpoint()) == ([], 2)


def test_schema_that_cannot_be_read_now_is_asked_for_again() -> None:
    # GIVEN Glue that does not answer twice
    stream = converting()
    stream.glue.errors = [EndpointConnectionError(endpoint_url="here"), client_error("ThrottlingException")]

    # WHEN a record is due
    stream.kinesis.put(b'{"id":"a","quantity":1}', b"not json")
    stream.run()
    stream.run(10)
    assert (stream.s3.objects, stream.checkpoint()) == ({}, 0)

    # THEN it is delivered once Glue answers, and a failed record says how many attempts were made
    for _ in range(30):
        stream.run(1)
    assert rows(stream) == [{"id": "a", "quantity": 1}]
    assert ([line["attemptsMade"] for line in error_lines(stream)], stream.checkpoint()) == ([3], 2)


def test_schema_is_picked_up_when_the_table_changes() -> None:
    # GIVEN an object with two columns
    stream = converting()
    deliver(stream, b'{"id":"a","quantity":1}')

    # WHEN the table gets a third one
    stream.glue.columns["price"] = "double"
    deliver(stream, b'{"id":"b","quantity":2,"price":1.5}')

    # THEN later objects have it
    assert rows(stream) == [{"id": "a", "quantity": 1}, {"id": "b", "quantity": 2, "price": 1.5}]
