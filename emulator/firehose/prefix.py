"""Object names: prefix expressions, the default date path and the suffix."""

import re
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from emulator.firehose.configuration import Configuration, S3Destination
from emulator.firehose.record import ErrorOutputType
from emulator.firehose.timestamp_pattern import compile_pattern

EXPRESSION = re.compile(r"!\{([A-Za-z]+):([^}]*)\}")
PARTITION_NAMESPACES = frozenset({"partitionKeyFromQuery", "partitionKeyFromLambda"})
_DATE_PATH = "!{timestamp:yyyy/MM/dd/HH}/"
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Expression:
    """One `!{namespace:value}` of a prefix."""

    namespace: str
    value: str


def expressions(prefix: str) -> list[Expression]:
    """Return the expressions of a prefix, in order."""
    return [Expression(*match.groups()) for match in EXPRESSION.finditer(prefix)]


def random_string() -> str:
    """Return what `!{firehose:random-string}` stands for: eleven characters, other ones each time."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(11))


def data_prefix(prefix: str) -> str:
    """Return the prefix with the date path that Firehose appends to one without any expression.

    The documentation says that only a timestamp keeps the date path away; on AWS, partition keys and random
    strings were seen to do so too.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    return prefix if expressions(prefix) else prefix + _DATE_PATH


def error_prefix(prefix: str, error_output_prefix: str) -> str:
    """Return the prefix of error objects.

    An error output prefix with expressions is used as it stands. Without any, the error output type and the
    date path follow it, and without an error output prefix they follow the prefix; AWS documents the latter
    only, and leaves open how its date is written.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    if expressions(error_output_prefix):
        return error_output_prefix
    return (error_output_prefix or prefix) + "!{firehose:error-output-type}/" + _DATE_PATH


def evaluate(
    prefix: str,
    moment: datetime,
    error_output_type: ErrorOutputType | None = None,
    make_random_string: Callable[[], str] = random_string,
    partition_keys: Mapping[str, str] | None = None,
) -> str:
    """Replace every expression of a prefix; `moment` is in the zone that the prefix is to show.

    `partition_keys` has the text for each `namespace:value` of a partition, which is taken as it is, slashes
    included; without it such expressions are left out.
    """

    def replace(match: re.Match[str]) -> str:
        namespace, value = match.groups()
        if namespace == "timestamp":
            return compile_pattern(value)(moment)
        if namespace in PARTITION_NAMESPACES:
            return "" if partition_keys is None else partition_keys[f"{namespace}:{value}"]
        return make_random_string() if value == "random-string" else str(error_output_type)

    return EXPRESSION.sub(replace, prefix)


def object_key(
    delivery_stream_name: str,
    configuration: Configuration,
    destination: S3Destination,
    oldest_arrival: int,
    error_output_type: ErrorOutputType | None,
    extension: str,
    partition_keys: Mapping[str, str] | None = None,
) -> str:
    """Name an object; `oldest_arrival` is the arrival of its oldest record in epoch milliseconds.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    """
    moment = datetime.fromtimestamp(oldest_arrival / 1000, UTC).astimezone(
        ZoneInfo(destination.custom_time_zone)
    )
    prefix = (
        error_prefix(destination.prefix, destination.error_output_prefix)
        if error_output_type
        else data_prefix(destination.prefix)
    )
    return (
        f"{evaluate(prefix, moment, error_output_type, partition_keys=partition_keys)}"
        f"{delivery_stream_name}-{configuration.version_id}-"
        f"{moment:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}{extension}"
    )
