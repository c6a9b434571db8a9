"""Lines of format-conversion-failed objects.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
https://github.com/floci-io/floci/pull/3333 (members of an object captured on AWS)
"""

import json

from emulator.firehose.conversion import conversion_error_line
from emulator.firehose.record import Failed, KinesisRecordMetadata, Record
from tests.unit.firehose.conversion_setup import TABLE

FAILED = Failed("DataFormatConversion.ParseError", "Encountered malformed JSON.")
DATA_CATALOG_TABLE = {
    "catalogId": "000000000000",
    "databaseName": "lake",
    "tableName": "orders",
    "region": "eu-north-1",
    "versionId": "LATEST",
    "roleArn": "arn:aws:iam::000000000000:role/firehose",
}


def test_line_of_a_record_from_a_data_stream() -> None:
    # GIVEN
    kinesis = KinesisRecordMetadata("4" * 56, "key", "shardId-000000000000", 3)

    # WHEN
    line = conversion_error_line(Record("id", b"\xffoops", 1000, kinesis), FAILED, 1, 2000, TABLE)

    # THEN it has the members in the order of a captured object
    assert line.endswith(b"}\n")
    assert list(json.loads(line).items()) == [
        ("attemptsMade", 1),
        ("arrivalTimestamp", 1000),
        ("lastErrorCode", "DataFormatConversion.ParseError"),
        ("lastErrorMessage", "Encountered malformed JSON."),
        ("attemptEndingTimestamp", 2000),
        ("rawData", "/29vcHM="),
        ("sequenceNumber", "4" * 56),
        ("subSequenceNumber", 3),
        ("dataCatalogTable", DATA_CATALOG_TABLE),
    ]


def test_record_of_a_producer_has_the_sequence_number_of_its_record_id() -> None:
    line = json.loads(conversion_error_line(Record("5" * 56 + "000000", b"x", 1), FAILED, 1, 2, TABLE))
    assert (line["sequenceNumber"], line["subSequenceNumber"]) == ("5" * 56, 0)
