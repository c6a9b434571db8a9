"""The rules for record format conversion, in the order in which AWS checks them."""

import re
from collections.abc import Mapping
from typing import Any

from emulator.firehose.conversion.joda_pattern import JodaPatternError, compile_joda
from emulator.firehose.validation.refusal import invalid

_ROLE_ARN = re.compile(r"arn:aws[a-zA-Z-]*:iam::\d{12}:role/\S+")
# Not a pattern: milliseconds since 1970.
_EPOCH = "millis"


def check_format_conversion(configuration: Mapping[str, Any]) -> None:
    """Check a destination whose format conversion is enabled; the table itself is looked up elsewhere.

    Raises:
        ServiceError: a rule is broken.

    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
    """
    if (configuration.get("CompressionFormat") or "UNCOMPRESSED") != "UNCOMPRESSED":
        raise invalid(
            "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is "
            "enabled. To enable compression within the converted output format, set the appropriate "
            "serialization option in the output format configuration."
        )
    hints = configuration.get("BufferingHints") or {}
    if hints.get("SizeInMBs", 128) < 64:
        raise invalid("BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.")
    conversion = configuration["DataFormatConversionConfiguration"]
    for name in ("InputFormatConfiguration", "OutputFormatConfiguration", "SchemaConfiguration"):
        if conversion.get(name) is None:
            raise invalid(f"{name} must not be null")
    chosen = {
        name: _given(conversion[configuration_name].get(name))
        for name, configuration_name in (
            ("Deserializer", "InputFormatConfiguration"),
            ("Serializer", "OutputFormatConfiguration"),
        )
    }
    for name, settings in chosen.items():
        if not settings:
            raise invalid(f"{name} must not be null")
    for name, settings in chosen.items():
        if len(settings) > 1:
            raise invalid(f"More than one {name.lower()} specified. Only one may be chosen.")
    _check_schema(conversion["SchemaConfiguration"])
    _check_timestamp_formats(chosen["Deserializer"].get("HiveJsonSerDe") or {})


def _check_schema(schema: Mapping[str, str]) -> None:
    for member, shown in (("RoleARN", "RoleArn"), ("DatabaseName",) * 2, ("TableName",) * 2):
        if not schema.get(member):
            raise invalid(f"SchemaConfiguration.{shown} must not be null or empty")
    if not _ROLE_ARN.fullmatch(schema["RoleARN"]):
        raise invalid("Invalid role ARN.")


def _check_timestamp_formats(hive: Mapping[str, Any]) -> None:
    for pattern in hive.get("TimestampFormats") or ():
        if pattern == _EPOCH:
            continue
        try:
            compile_joda(pattern)
        except JodaPatternError as error:
            raise invalid(
                "Invalid deserializer option(s): One or more SerDe options are invalid for "
                f"org.apache.hcatalog.data.JsonSerDe: [Key: timestamp.formats Value: {pattern}]"
            ) from error


def _given(members: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (members or {}).items() if value is not None}
