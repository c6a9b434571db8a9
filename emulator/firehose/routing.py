"""Where processed records go: to a partition, to an error object, or nowhere."""

from collections.abc import Callable, Mapping, Sequence

from emulator.firehose.configuration import Configuration
from emulator.firehose.context import Context
from emulator.firehose.delivery import Delivery
from emulator.firehose.error_record import Failure, error_line
from emulator.firehose.output import DeliveryKey, Output, Partition
from emulator.firehose.partitioning import Partitioner, PartitioningError
from emulator.firehose.processing import Processed
from emulator.firehose.record import Dropped, ErrorOutputType, Failed, Ok, OutputRecord, Record

# The quota of an account that did not ask for more.
MAXIMUM_ACTIVE_PARTITIONS = 500

# AWS documents the error output type; the code and the message are not known.
PARTITION_LIMIT_EXCEEDED = Failed(
    "DynamicPartitioning.ActivePartitionExceeded",
    f"The delivery stream has reached its limit of {MAXIMUM_ACTIVE_PARTITIONS} active partitions.",
)

Groups = dict[DeliveryKey, list[OutputRecord]]


class Routing:
    """Sorts processed records by where they are to be delivered.

    `partition_limit_exceeded` tells whether a record was turned away since it was last set to False.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-error-handling.html
    """

    def __init__(
        self,
        context: Context,
        configuration: Configuration,
        data: Delivery,
        add: Callable[[Output, Mapping[DeliveryKey, list[OutputRecord]]], None],
        settle: Callable[[Sequence[Record]], None],
    ) -> None:
        self._context = context
        self._data = data
        self._add = add
        self._settle = settle
        self.partition_limit_exceeded = False
        self.configure(configuration)

    def configure(self, configuration: Configuration) -> None:
        """Take new settings for the records that were not yet sorted."""
        self._configuration = configuration
        prefix = configuration.destination.prefix
        partitioner = Partitioner(prefix, configuration.metadata_extraction_query)
        # Together, because another thread sorts meanwhile.
        self._partitioning = (prefix, partitioner) if configuration.dynamic_partitioning else None

    def route(self, processed: Sequence[Processed]) -> None:
        """Send each record where its outcome says; Dropped ones are settled at once."""
        good: list[tuple[Record, Ok]] = []
        errors: Groups = {}
        dropped: list[Record] = []
        for each in processed:
            outcome = each.outcome
            if isinstance(outcome, Ok):
                good.append((each.record, outcome))
            elif isinstance(outcome, Dropped):
                dropped.append(each.record)
            elif each.failure is not None:
                line = OutputRecord(error_line(each.record, each.failure), each.record)
                errors.setdefault("processing-failed", []).append(line)
        if self._partitioning is None:
            data: Groups = {None: [OutputRecord(outcome.data, record) for record, outcome in good]}
        else:
            data = self._partition(good, errors, *self._partitioning)
        self._add(Output.DATA, data)
        self._add(Output.ERRORS, errors)
        self._settle(dropped)

    def _partition(
        self, good: Sequence[tuple[Record, Ok]], errors: Groups, prefix: str, partitioner: Partitioner
    ) -> Groups:
        """Return the records by their partition; those that have none are added to the errors."""
        data: Groups = {}
        failures: dict[Failed, Failure] = {}

        def fail(record: Record, failed: Failed, error_output_type: ErrorOutputType) -> None:
            if failed not in failures:
                self._context.error_log.error(self._configuration, failed.error_code, failed.error_message)
                failures[failed] = Failure(failed, 1, round(self._context.clock.time() * 1000))
            line = OutputRecord(error_line(record, failures[failed]), record)
            errors.setdefault(error_output_type, []).append(line)

        began = self._context.clock.monotonic()
        room = MAXIMUM_ACTIVE_PARTITIONS - self._data.active_count
        for record, outcome in good:
            try:
                key = Partition(prefix, partitioner.keys(outcome.data, outcome.partition_keys))
            except PartitioningError as error:
                fail(record, error.failed, error.error_output_type)
                continue
            if key not in data and not self._data.active(key):
                if room <= 0:
                    self.partition_limit_exceeded = True
                    fail(record, PARTITION_LIMIT_EXCEEDED, "activePartitionExceeded")
                    continue
                room -= 1
            data.setdefault(key, []).append(OutputRecord(outcome.data, record))
        if self._configuration.metadata_extraction_query is not None and good:
            seconds = self._context.clock.monotonic() - began
            self._context.metrics.add("JQProcessing.Duration", seconds * 1000)
        return data
