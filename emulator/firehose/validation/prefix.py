"""The rules that prefixes keep when a delivery stream is created or updated."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.errors import ServiceError
from emulator.firehose.prefix import EXPRESSION, evaluate, expressions
from emulator.firehose.timestamp_pattern import (
    TimestampPatternError,
    UnsupportedTimestampPatternError,
    compile_pattern,
)
from emulator.firehose.validation.refusal import invalid

_MAXIMUM_EVALUATED_LENGTH = 512
FROM_QUERY = "partitionKeyFromQuery"
FROM_LAMBDA = "partitionKeyFromLambda"
PARTITION_NAMESPACES = (FROM_QUERY, FROM_LAMBDA)
_PARTITION_KEY = re.compile(rf"!\{{(?:{'|'.join(PARTITION_NAMESPACES)}):[^}}]*\}}")


def check_prefixes(configuration: Mapping[str, Any], *, dynamic_partitioning: bool = False) -> None:
    """Check `Prefix` and `ErrorOutputPrefix` of an S3 destination.

    Raises:
        ServiceError: a rule is broken, or an expression is not built.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    prefix = configuration.get("Prefix") or ""
    error_output_prefix = configuration.get("ErrorOutputPrefix") or ""
    for field, text in (("Prefix", prefix), ("ErrorOutputPrefix", error_output_prefix)):
        _check_expressions(field, text, dynamic_partitioning)
    if expressions(prefix) and not error_output_prefix:
        raise _broken("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
    values = [expression.value for expression in expressions(error_output_prefix)]
    if values and "error-output-type" not in values:
        raise _broken(
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}"
        )
    for text in (prefix, error_output_prefix):
        # Every key has at least one character.
        evaluated = evaluate(_PARTITION_KEY.sub("x", text), datetime.now(UTC), "processing-failed")
        if len(evaluated) > _MAXIMUM_EVALUATED_LENGTH:
            raise _broken(f"Length of evaluated prefix cannot be greater than {_MAXIMUM_EVALUATED_LENGTH}")


def _check_expressions(field: str, text: str, dynamic_partitioning: bool) -> None:
    if "!{" in EXPRESSION.sub("", text):
        raise _broken(f"Invalid expression usage: {text}.Must be of the form !{{<namespace>:<value>}}")
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
            case namespace, _ if namespace in PARTITION_NAMESPACES:
                if field == "ErrorOutputPrefix":
                    raise invalid(
                        "Dynamic Partitioning Namespaces can't be part of an error prefix expression"
                    )
                if not dynamic_partitioning:
                    raise invalid(
                        "Dynamic Partitioning Namespaces can be part of a prefix expression only when Dynamic "
                        "Partitioning is enabled"
                    )
            case namespace, _:
                raise _broken(f"Namespace to the left of colon ({namespace}) is an invalid keyword!")


def _check_timestamp(field: str, pattern: str) -> None:
    try:
        compile_pattern(pattern)
    except UnsupportedTimestampPatternError as error:
        raise invalid(f"The conversion in {field} is not supported by this emulator: {error}") from error
    except TimestampPatternError as error:
        raise _invalid_conversion(field) from error


def _invalid_conversion(field: str) -> ServiceError:
    return _broken(f"Invalid conversion character used in the value of the expression in {field}")


def _broken(constraint: str) -> ServiceError:
    return invalid(f"The supplied prefix(es) do not satisfy the following constraint: {constraint}")
