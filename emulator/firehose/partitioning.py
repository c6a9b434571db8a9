"""The partition of a record: the keys that a query, or the function, finds for it."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.firehose.jq_query import Query, compile_query
from emulator.firehose.prefix import PARTITION_NAMESPACES, evaluate, expressions
from emulator.firehose.record import ErrorOutputType, Failed

PartitionKeys = tuple[tuple[str, str], ...]

MAXIMUM_KEYS = 50
MAXIMUM_PREFIX_CHARACTERS = 512
# What a key of 1,024 bytes has left beside the longest suffix: S3 would refuse a longer one for ever.
_MAXIMUM_PREFIX_BYTES = 750
_QUERY, _LAMBDA = "partitionKeyFromQuery", "partitionKeyFromLambda"
_EXTRACTION_FAILED = "DynamicPartitioning.MetadataExtractionFailed"
# By analogy: only the error output type of keys from a function is known.
_PARTITIONING_FAILED = "DynamicPartitioning.PartitioningFailed"
_JQ_FAILED = "JQ Subprocess failed due to: "
# What jq's messages quote of a record: left out, so that the same mistake has the same message.
_VALUES = re.compile(r" ?(\(.*\)|\".*\")", re.DOTALL)
_EMPTY_KEY = "partitionKeys values must not be null or empty"


class PartitioningError(Exception):
    """A record's partition cannot be told, and it goes to the error output prefix."""

    def __init__(self, failed: Failed, error_output_type: ErrorOutputType) -> None:
        super().__init__(failed.error_message)
        self.failed = failed
        self.error_output_type = error_output_type


class Partitioner:
    """Finds the keys that the prefix of a dynamically partitioned delivery stream uses; safe for threads.

    AWS runs jq 1.6 and this is jq 1.8: a query for 1.6 works, except that strings which jq makes of a record's
    numbers keep their digits (`1.0`), and that functions which pass over a value of the wrong type in 1.6
    (`ltrimstr`) may fail. The environment is empty, and a query that does not end fails. As on AWS, a query
    that is not valid fails every record instead of the creation.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
    """

    def __init__(self, prefix: str, metadata_extraction_query: str | None) -> None:
        self._used = Counter(
            f"{expression.namespace}:{expression.value}"
            for expression in expressions(prefix)
            if expression.namespace in PARTITION_NAMESPACES
        )
        self._from_query = _names(self._used, _QUERY)
        self._from_lambda = _names(self._used, _LAMBDA)
        self._rest = evaluate(prefix, datetime.now(UTC))
        self._query: Query | None = None
        self._query_error = "There is no metadata extraction query."
        if metadata_extraction_query is not None:
            try:
                self._query = compile_query(metadata_extraction_query)
            except ValueError as error:
                self._query_error = f"{_JQ_FAILED}{error}"

    def keys(self, output: bytes, lambda_keys: Mapping[str, Any] | None) -> PartitionKeys:
        """Return the keys for a record's bytes after processing, with `namespace:value` as their names, sorted.

        `lambda_keys` are those that the function gave for it. A value that is a number or a boolean becomes
        its JSON text.

        Raises:
            PartitioningError: a key is missing, null, empty, or of another type; the query fails or does not
                give one object; the bytes are not one JSON value; or the prefix would become too long.

        https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-error-handling.html
        """
        found: list[tuple[str, str]] = []
        for name in self._from_lambda:
            found.append((f"{_LAMBDA}:{name}", _text((lambda_keys or {}).get(name), _partitioning_failed)))
        if self._from_query:
            extracted = self._extract(output)
            for name in self._from_query:
                found.append((f"{_QUERY}:{name}", _text(extracted.get(name), _extraction_failed)))
        self._check_length(found)
        return tuple(sorted(found))

    def _extract(self, output: bytes) -> dict[str, Any]:
        if self._query is None:
            raise _extraction_failed(self._query_error)
        try:
            text = output.decode()
            # jq itself would take several values, one after the other.
            json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _extraction_failed("Non JSON record provided") from error
        try:
            results = self._query.results(text)
        except (ValueError, RecursionError) as error:
            raise _extraction_failed(_JQ_FAILED + _VALUES.sub(" ...", str(error))) from error
        match results:
            case [dict() as extracted] if len(extracted) <= MAXIMUM_KEYS:
                return extracted
            case [dict()]:
                raise _extraction_failed(f"The metadata extraction query gave more than {MAXIMUM_KEYS} keys.")
            case _:
                raise _extraction_failed("The metadata extraction query did not give one JSON object.")

    def _check_length(self, found: list[tuple[str, str]]) -> None:
        characters, size_bytes = len(self._rest), len(self._rest.encode())
        for name, text in found:
            characters += len(text) * self._used[name]
            size_bytes += len(text.encode()) * self._used[name]
        if characters > MAXIMUM_PREFIX_CHARACTERS or size_bytes > _MAXIMUM_PREFIX_BYTES:
            raise _partitioning_failed("The evaluated prefix is too long.")


def _names(used: Mapping[str, int], namespace: str) -> list[str]:
    return [name.partition(":")[2] for name in used if name.startswith(f"{namespace}:")]


def _text(value: object, failure: Callable[[str], PartitioningError]) -> str:
    match value:
        case None | "":
            raise failure(_EMPTY_KEY)
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            raise failure("partitionKeys values must be strings, numbers or booleans")


def _extraction_failed(message: str) -> PartitioningError:
    return PartitioningError(Failed(_EXTRACTION_FAILED, message), "metadata-extraction-failed")


def _partitioning_failed(message: str) -> PartitioningError:
    return PartitioningError(Failed(_PARTITIONING_FAILED, message), "partitioning-failed")
