"""What a delivery stream is set to do, free of the wire's shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MEBIBYTE = 1024 * 1024

CompressionFormat = Literal["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"]


@dataclass(frozen=True, slots=True)
class BufferingHints:
    """When a buffer is passed on: at a size or after an interval, whichever comes first."""

    size_in_mbs: float
    interval_in_seconds: float

    @property
    def size_in_bytes(self) -> int:
        """The size hint in bytes."""
        return int(self.size_in_mbs * MEBIBYTE)


@dataclass(frozen=True, slots=True)
class LogDestination:
    """Where error events are logged."""

    log_group_name: str
    log_stream_name: str


@dataclass(frozen=True, slots=True)
class LambdaProcessor:
    """The function that transforms records, and the buffer before it."""

    lambda_arn: str
    number_of_retries: int
    buffering_hints: BufferingHints


@dataclass(frozen=True, slots=True)
class RecordDeAggregation:
    """How one record is parted into several: JSON objects, or what stands between delimiters."""

    sub_record_type: Literal["JSON", "DELIMITED"]
    delimiter: bytes = b""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to a source record before the function sees it, in this order."""

    decompress: bool = False
    extract_messages: bool | None = None  # None: no CloudWatchLogProcessing processor
    de_aggregation: RecordDeAggregation | None = None


@dataclass(frozen=True, slots=True)
class TableReference:
    """The Glue table that gives a format conversion its schema."""

    role_arn: str
    catalog_id: str
    database_name: str
    table_name: str
    region: str
    version_id: str = "LATEST"


@dataclass(frozen=True, slots=True)
class FormatConversion:
    """Between which formats records are converted, and with which schema; settings have the wire's members."""

    table: TableReference
    deserializer: Literal["OpenXJsonSerDe", "HiveJsonSerDe"]
    serializer: Literal["ParquetSerDe", "OrcSerDe"]
    deserializer_settings: Mapping[str, Any] = field(default_factory=dict)
    serializer_settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class S3Destination:
    """A bucket, and how objects are named and written in it."""

    bucket_name: str
    buffering_hints: BufferingHints
    prefix: str = ""
    error_output_prefix: str = ""
    compression_format: CompressionFormat = "UNCOMPRESSED"
    file_extension: str = ""
    custom_time_zone: str = "UTC"
    kms_key_arn: str | None = None
    log_destination: LogDestination | None = None

    @property
    def bucket_arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:aws:s3:::{self.bucket_name}"


@dataclass(frozen=True, slots=True)
class Configuration:
    """One version of a delivery stream's destination settings."""

    version_id: int
    destination: S3Destination
    processor: LambdaProcessor | None = None
    append_delimiter: bool = False
    backup: S3Destination | None = None
    preparation: Preparation | None = None
    dynamic_partitioning: bool = False
    metadata_extraction_query: str | None = None
    format_conversion: FormatConversion | None = None


@dataclass(frozen=True, slots=True)
class DeliveryStreamIdentity:
    """What names a delivery stream, and its source if that is a Kinesis data stream."""

    name: str
    arn: str
    region: str
    source_kinesis_stream_arn: str | None = None
