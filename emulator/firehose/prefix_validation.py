"""The rules that prefixes keep when a delivery stream is created or updated."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.errors import ServiceError
from emulator.firehose.prefix import EXPRESSION, evaluate, expressions
from emulator.firehose.timestamp_pattern import TimestampPatternError, compile_pattern

_MAXIMUM_EVALUATED_LENGTH = 512
_PARTITION_NAMESPACES = ("partitionKeyFromQuery", "partitionKeyFromLambda")
# Conversions of Java's formatter that are not built here, and that AWS is not known to refuse.
_UNBUILT_CONVERSIONS = frozenset("BFgvz")


def check_prefixes(configuration: Mapping[str, Any]) -> None:
    """Check `Prefix` and `ErrorOutputPrefix` of an S3 destination.

    Raises:
        ServiceError: a rule is broken, or an expression is not built.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    prefix = configuration.get("Prefix") or ""
    error_output_prefix = configuration.get("ErrorOutputPrefix") or ""
    for field, text in (("Prefix", prefix), ("ErrorOutputPrefix", error_output_prefix)):
        _check_expressions(field, text)
    if expressions(prefix) and not error_output_prefix:
        raise _broken("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
    values = [expression.value for expression in expressions(error_output_prefix)]
    if values and "error-output-type" not in values:
        raise _broken(
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}"
        )
    for field, text in (("Prefix", prefix), ("ErrorOutputPrefix", error_output_prefix)):
        evaluated = evaluate(text, datetime.now(UTC), "processing-failed")
        if len(evaluated) > _MAXIMUM_EVALUATED_LENGTH:
            raise _broken(f"{field} must not be longer than {_MAXIMUM_EVALUATED_LENGTH} once evaluated")


def _check_expressions(field: str, text: str) -> None:
    if "!{" in EXPRESSION.sub("", text):
        raise _broken(f"{field} must not contain !{{ outside of an expression")
    for expression in expressions(text):
        match expression.namespace, expression.value:
            case "timestamp", pattern:
                _check_timestamp(field, pattern)
            case "firehose", "random-string":
                pass
            case "firehose", "error-output-type":
                if field == "Prefix":
                    raise _broken("Prefix must not contain any occurrence of !{firehose:error-output-type}")
            case "firehose", _:
                raise _invalid_conversion(field)
            case namespace, _ if namespace in _PARTITION_NAMESPACES:
                if field == "ErrorOutputPrefix":
                    raise _broken(
                        "Dynamic Partitioning Namespaces can't be part of an error prefix expression"
                    )
                raise ServiceError(
                    "InvalidArgumentException",
                    f"The namespace {namespace} in {field} needs dynamic partitioning to be enabled",
                )
            case namespace, _:
                raise _broken(f"{field} must not contain the unknown namespace {namespace}")


def _check_timestamp(field: str, pattern: str) -> None:
    try:
        compile_pattern(pattern)
    except TimestampPatternError as error:
        if _UNBUILT_CONVERSIONS & set(pattern):
            raise ServiceError(
                "InvalidArgumentException",
                f"The conversion in {field} is not supported by this emulator: {error}",
            ) from error
        raise _invalid_conversion(field) from error


def _invalid_conversion(field: str) -> ServiceError:
    return _broken(f"Invalid conversion character used in the value of the expression in {field}")


def _broken(constraint: str) -> ServiceError:
    # The first word is AWS's spelling.
    return ServiceError(
        "InvalidArgumentException",
        f"Ths supplied prefix(es) do not satisfy the following constraint: {constraint}",
    )
