"""What is done to a source record before the function sees it."""

from dataclasses import dataclass, replace

from emulator.firehose.cloudwatch_logs import extract_messages
from emulator.firehose.configuration import Preparation
from emulator.firehose.de_aggregation import de_aggregate
from emulator.firehose.decompression import (
    MAXIMUM_DECOMPRESSED_BYTES,
    DecompressedSizeError,
    DecompressionError,
    decompress,
)
from emulator.firehose.json_text import parse
from emulator.firehose.record import ErrorOutputType, Failed, Record

_CODE = "Decompression failed."
# AWS says the same of data that is not gzip, not JSON, or not log data when messages are to be extracted.
NOT_CLOUDWATCH_LOGS = Failed(
    _CODE, "Decompression failed because input data does not conform to cloudwatch log."
)
# The bound is this emulator's own.
TOO_LARGE = Failed(
    _CODE,
    f"Decompression failed because the record would hold more than {MAXIMUM_DECOMPRESSED_BYTES} bytes, "
    "which is this emulator's limit.",
)


class PreparationError(Exception):
    """The record as a whole cannot be prepared and goes, as it was received, to the error output prefix."""

    def __init__(self, failed: Failed, error_output_type: ErrorOutputType) -> None:
        super().__init__(failed.error_message)
        self.failed = failed
        self.error_output_type = error_output_type


@dataclass(slots=True)
class Prepared:
    """The records that one source record became, and its size once it was decompressed, if it was."""

    records: list[Record]
    decompressed_bytes: int = 0


def prepare(record: Record, preparation: Preparation) -> Prepared:
    """Return the records that one source record becomes, at least one.

    They keep its arrival, its place in the data stream and what they were decompressed from. If there are
    several, each has an id of its own, the same one whenever the record is prepared again.

    Raises:
        PreparationError: nothing can be made of the record.

    https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html
    """
    if not preparation.decompress:
        return Prepared(_sub_records(record, record.data, preparation, None))
    data = _decompressed(record.data)
    return Prepared(
        _sub_records(record, _checked(data, preparation), preparation, compressed=record.data), len(data)
    )


def _sub_records(
    record: Record, data: bytes, preparation: Preparation, compressed: bytes | None
) -> list[Record]:
    sub_records = [data]
    if preparation.de_aggregation is not None:
        sub_records = de_aggregate(data, preparation.de_aggregation)
    if len(sub_records) == 1:
        if sub_records[0] is record.data:
            return [record]
        return [replace(record, data=sub_records[0], compressed=compressed)]
    return [
        Record(
            f"{record.record_id}{index:03d}",
            sub_record,
            record.approximate_arrival_timestamp,
            record.kinesis,
            compressed,
        )
        for index, sub_record in enumerate(sub_records)
    ]


def _decompressed(data: bytes) -> bytes:
    try:
        return decompress(data)
    except DecompressedSizeError as error:
        raise PreparationError(TOO_LARGE, "decompression-failed") from error
    except DecompressionError as error:
        raise PreparationError(NOT_CLOUDWATCH_LOGS, "decompression-failed") from error


def _checked(data: bytes, preparation: Preparation) -> bytes:
    """Return decompressed data, or the messages in it, if it is what AWS lets through."""
    try:
        if preparation.extract_messages:
            return extract_messages(data)
        # Without extraction, any JSON passes.
        parse(data)
    except ValueError as error:
        raise PreparationError(NOT_CLOUDWATCH_LOGS, "decompression-failed") from error
    return data
