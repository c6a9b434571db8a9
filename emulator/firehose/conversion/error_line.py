"""The lines of a `format-conversion-failed` object."""

import base64
import json

from emulator.firehose.configuration import TableReference
from emulator.firehose.record import Failed, Record

# A record id begins with a sequence number.
_SEQUENCE_NUMBER_LENGTH = 56


def conversion_error_line(
    record: Record,
    failed: Failed,
    attempts_made: int,
    attempt_ending_timestamp: int,
    table: TableReference,
) -> bytes:
    """Return the line that keeps a record that could not be converted; times are epoch milliseconds.

    The names of the error's members are those of objects captured on AWS, and `roleArn` is there for the same
    reason. The sequence number of a record that does not come from a data stream is the one in its record id.

    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
    """
    kinesis = record.kinesis
    line = {
        "attemptsMade": attempts_made,
        "arrivalTimestamp": record.approximate_arrival_timestamp,
        "lastErrorCode": failed.error_code,
        "lastErrorMessage": failed.error_message,
        "attemptEndingTimestamp": attempt_ending_timestamp,
        "rawData": base64.b64encode(record.raw_data).decode("ascii"),
        "sequenceNumber": kinesis.sequence_number if kinesis else record.record_id[:_SEQUENCE_NUMBER_LENGTH],
        "subSequenceNumber": kinesis.subsequence_number if kinesis else 0,
        "dataCatalogTable": {
            "catalogId": table.catalog_id,
            "databaseName": table.database_name,
            "tableName": table.table_name,
            "region": table.region,
            "versionId": table.version_id,
            "roleArn": table.role_arn,
        },
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
