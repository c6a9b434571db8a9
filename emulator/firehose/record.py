"""Records on their way through a delivery stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# What Python keeps for a record besides its bytes, roughly: counted when memory is bounded.
RECORD_OVERHEAD_BYTES = 256


@dataclass(slots=True)
class KinesisRecordMetadata:
    """Where in a Kinesis data stream a record comes from."""

    sequence_number: str
    partition_key: str
    shard_id: str
    subsequence_number: int = 0


@dataclass(slots=True)
class Record:
    """A source record; `record_id` is unique and stays the same when processing is tried again.

    Not frozen, because one is made for every record of a stream and frozen ones cost twice the time; nothing
    changes it afterwards.
    """

    record_id: str
    data: bytes
    approximate_arrival_timestamp: int  # epoch milliseconds
    kinesis: KinesisRecordMetadata | None = None
    compressed: bytes | None = None  # what `data` was decompressed from

    @property
    def raw_data(self) -> bytes:
        """What an error object keeps of the record: if it was decompressed, the compressed bytes.

        https://docs.aws.amazon.com/firehose/latest/dev/decomp-faq.html
        """
        return self.data if self.compressed is None else self.compressed


@dataclass(slots=True)
class OutputRecord:
    """Bytes for an object, and the source record that they settle once they are in S3."""

    data: bytes
    source: Record

    @property
    def approximate_arrival_timestamp(self) -> int:
        """When the source record arrived, in epoch milliseconds."""
        return self.source.approximate_arrival_timestamp


@dataclass(slots=True)
class Ok:
    """The record's bytes after processing, and the partition keys that the function gave it.

    Not frozen for the same reason as `Record`.
    """

    data: bytes
    partition_keys: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """The function says that this record is to be left out."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The record could not be processed and goes to the error output prefix."""

    error_code: str
    error_message: str


Outcome = Ok | Dropped | Failed
# What `!{firehose:error-output-type}` stands for.
ErrorOutputType = Literal[
    "processing-failed",
    "decompression-failed",
    "metadata-extraction-failed",
    "partitioning-failed",
    "activePartitionExceeded",
    "format-conversion-failed",
]
