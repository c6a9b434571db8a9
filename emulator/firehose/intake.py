"""The preparation of source records, before they are buffered."""

from collections.abc import Callable, Mapping, Sequence

from emulator.firehose.configuration import Configuration
from emulator.firehose.context import Context
from emulator.firehose.error_record import Failure, error_line
from emulator.firehose.output import DeliveryKey, Output
from emulator.firehose.preparation import PreparationError, prepare
from emulator.firehose.record import Failed, OutputRecord, Record


class Intake:
    """Prepares source records; those that cannot be prepared go to the error output prefix.

    https://docs.aws.amazon.com/firehose/latest/dev/decomp-faq.html
    """

    def __init__(
        self, context: Context, add: Callable[[Output, Mapping[DeliveryKey, list[OutputRecord]]], None]
    ) -> None:
        self._context = context
        self._add = add

    def prepare(
        self, records: Sequence[Record], configuration: Configuration
    ) -> tuple[Sequence[Record], list[int]]:
        """Return what is to be processed, and how often each source record is settled by it."""
        preparation = configuration.preparation
        if preparation is None:
            return records, [1] * len(records)
        prepared: list[Record] = []
        times: list[int] = []
        errors: dict[DeliveryKey, list[OutputRecord]] = {}
        failures: dict[Failed, Failure] = {}
        decompressed_count = decompressed_bytes = failed_count = failed_bytes = 0
        for record in records:
            try:
                made = prepare(record, preparation)
            except PreparationError as error:
                failure = self._failure(error.failed, failures, configuration)
                line = OutputRecord(error_line(record, failure), record)
                errors.setdefault(error.error_output_type, []).append(line)
                times.append(1)
                failed_count += 1
                failed_bytes += len(record.data)
                continue
            prepared += made.records
            times.append(len(made.records))
            decompressed_count += 1
            decompressed_bytes += made.decompressed_bytes
        self._add(Output.ERRORS, errors)
        if preparation.decompress:
            self._count("Success", decompressed_count, decompressed_bytes)
            self._count("Failed", failed_count, failed_bytes)
        return prepared, times

    def _failure(
        self, failed: Failed, failures: dict[Failed, Failure], configuration: Configuration
    ) -> Failure:
        """Return the one failure that records of these failed for, logged once."""
        if failed not in failures:
            self._context.error_log.error(configuration, failed.error_code, failed.error_message)
            failures[failed] = Failure(failed, 1, round(self._context.clock.time() * 1000))
        return failures[failed]

    def _count(self, result: str, records: int, size_bytes: int) -> None:
        if records:
            self._context.metrics.add(f"OutputDecompressedRecords.{result}", records)
            self._context.metrics.add(f"OutputDecompressedBytes.{result}", size_bytes)
