"""The making of an object: body, name and headers."""

from dataclasses import dataclass, field, replace
from typing import Any

from emulator.firehose.compression import compress, content_encoding, extension
from emulator.firehose.configuration import Configuration, FormatConversion, S3Destination
from emulator.firehose.context import Context
from emulator.firehose.conversion import SchemaError, conversion_error_line
from emulator.firehose.object_conversion import ObjectConversion
from emulator.firehose.output import DeliveryKey, Output, Partition
from emulator.firehose.prefix import object_key
from emulator.firehose.record import ErrorOutputType, Failed, OutputRecord


@dataclass(slots=True)
class S3Object:
    """An object that was made of the oldest records of a buffer and is not yet in S3.

    `failures` are those of the records that could not be converted, as lines of an error object, and
    `failed_bytes` is their size. Without `arguments` there is nothing to write.
    """

    records: list[OutputRecord]
    taken_count: int
    arguments: dict[str, Any] | None
    oldest_arrival: int
    size_bytes: int = 0
    failures: list[OutputRecord] = field(default_factory=list)
    failed_bytes: int = 0

    @property
    def body_bytes(self) -> int:
        """Size of the body as it is stored."""
        return 0 if self.arguments is None else len(self.arguments["Body"])


@dataclass(slots=True)
class _Content:
    body: bytes | None
    extension: str
    encoding: str | None
    size_bytes: int = 0
    failed: dict[int, Failed] = field(default_factory=dict)


class ObjectMaker:
    """Makes objects of buffered output.

    Error objects hold JSON lines and are never compressed; whether AWS compresses them is not known.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    """

    def __init__(self, output: Output, context: Context) -> None:
        self._output = output
        self._context = context
        self._conversion = ObjectConversion(context.clients.glue, context.clock)

    def make(
        self, key: DeliveryKey, records: list[OutputRecord], configuration: Configuration, attempts: int
    ) -> S3Object:
        """Make one object of all these records, or of those that can be converted.

        Raises:
            SchemaError: Glue could not be asked, but it is worth trying again.

        https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
        """
        destination = self._output.destination(configuration)
        content = self._content(records, configuration, destination)
        made = S3Object(
            records=[record for index, record in enumerate(records) if index not in content.failed]
            if content.failed
            else records,
            taken_count=len(records),
            arguments=None,
            oldest_arrival=min(record.approximate_arrival_timestamp for record in records),
            size_bytes=content.size_bytes,
        )
        if content.body is not None:
            made.arguments = self._arguments(key, configuration, destination, made.oldest_arrival, content)
        if configuration.format_conversion is not None:
            self._note_failures(made, records, content.failed, configuration.format_conversion, attempts)
        return made

    def _content(
        self, records: list[OutputRecord], configuration: Configuration, destination: S3Destination
    ) -> _Content:
        data = [record.data for record in records]
        if self._output is Output.ERRORS:
            body = b"".join(data)
            return _Content(body, "", None, len(body))
        if self._output is Output.DATA and configuration.format_conversion is not None:
            return self._converted(data, configuration.format_conversion, destination)
        delimiter = b"\n" if configuration.append_delimiter and self._output is Output.DATA else b""
        body = delimiter.join(data)
        return _Content(
            compress(body, destination.compression_format),
            extension(destination.compression_format, destination.file_extension),
            content_encoding(destination.compression_format),
            len(body),
        )

    def _converted(
        self, data: list[bytes], format_conversion: FormatConversion, destination: S3Destination
    ) -> _Content:
        try:
            conversion, converter = self._conversion.convert(format_conversion, data)
        except SchemaError as error:
            if error.retriable:
                raise
            return _Content(None, "", None, failed=dict.fromkeys(range(len(data)), error.failed))
        return _Content(
            conversion.body,
            destination.file_extension or converter.extension,
            converter.content_encoding,
            len(conversion.body or b""),
            dict(conversion.failures),
        )

    def _arguments(
        self,
        key: DeliveryKey,
        configuration: Configuration,
        destination: S3Destination,
        oldest_arrival: int,
        content: _Content,
    ) -> dict[str, Any]:
        error_output_type: ErrorOutputType | None = None
        partition_keys: dict[str, str] | None = None
        if isinstance(key, Partition):
            destination = replace(destination, prefix=key.prefix)
            partition_keys = dict(key.keys)
        elif key is not None:
            error_output_type = key
        arguments: dict[str, Any] = {
            "Bucket": destination.bucket_name,
            "Key": object_key(
                self._context.identity.name,
                configuration,
                destination,
                oldest_arrival,
                error_output_type,
                content.extension,
                partition_keys=partition_keys,
            ),
            "Body": content.body,
            "ContentType": "application/octet-stream",
        }
        if content.encoding:
            arguments["ContentEncoding"] = content.encoding
        if destination.kms_key_arn:
            arguments |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": destination.kms_key_arn}
        return arguments

    def _note_failures(
        self,
        made: S3Object,
        records: list[OutputRecord],
        failed: dict[int, Failed],
        format_conversion: FormatConversion,
        attempts: int,
    ) -> None:
        now = round(self._context.clock.time() * 1000)
        for index, each in sorted(failed.items()):
            source = records[index].source
            line = conversion_error_line(source, each, attempts, now, format_conversion.table)
            made.failures.append(OutputRecord(line, source))
            made.failed_bytes += len(records[index].data)
