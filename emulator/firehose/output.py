"""What the objects of a delivery stream hold."""

from enum import Enum
from typing import NamedTuple

from emulator.firehose.configuration import Configuration, S3Destination
from emulator.firehose.partitioning import PartitionKeys
from emulator.firehose.record import ErrorOutputType


class Output(Enum):
    """What the objects of a delivery hold; the value is the beginning of their metrics' names."""

    DATA = "DeliveryToS3"
    ERRORS = "errors"
    BACKUP = "BackupToS3"

    def destination(self, configuration: Configuration) -> S3Destination:
        """Return where the objects go."""
        if self is Output.BACKUP and configuration.backup is not None:
            return configuration.backup
        return configuration.destination


class Partition(NamedTuple):
    """The keys of records, and the prefix that they were found for: an update may change which keys there are."""

    prefix: str
    keys: PartitionKeys


# What is delivered apart from the rest: a partition, or errors of one type. None: nothing is told apart.
DeliveryKey = Partition | ErrorOutputType | None
