"""Schemas from the Glue Data Catalog."""

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.clock import Clock
from emulator.firehose.configuration import TableReference
from emulator.firehose.conversion.schema import Schema, SchemaError, schema_from
from emulator.firehose.record import Failed

LATEST = "LATEST"
# How often AWS looks for a new version of a table is not known; it says that updates are picked up.
_REFRESH_SECONDS = 10.0

# Glue's error: Firehose's error and what it says.
_ERRORS = {
    "EntityNotFoundException": (
        "EntityNotFound",
        "The specified table/database could not be found. Please ensure that the table/database exists and "
        "that the values provided in the schema configuration are correct, especially with regards to casing.",
    ),
    "AccessDeniedException": (
        "AccessDenied",
        "Access was denied when calling Glue. Please ensure that the role specified in the data format "
        "conversion configuration has the necessary permissions.",
    ),
    "InvalidInputException": (
        "InvalidInput",
        "Could not find a matching schema from glue. Please make sure the specified database with the "
        "supplied catalog ID exists.",
    ),
    "ThrottlingException": (
        "ThrottledByGlue",
        "Encountered throttling when calling Glue. Either increase the request rate limit or reduce the "
        "current rate of calling glue through other applications.",
    ),
}
_INVALID_VERSION = (
    "InvalidVersionId",
    "Could not find a matching schema from glue. Please make sure the specified version of the table exists.",
)
_LASTING = {"EntityNotFoundException", "AccessDeniedException", "InvalidInputException"}


class GlueClient(Protocol):
    """Reads tables."""

    def get_table(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]: ...

    def get_table_version(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]: ...


class SchemaSource:
    """Reads schemas from Glue: a table's latest version at most every ten seconds, another one once.

    Errors are not kept: the next call asks again.
    """

    def __init__(self, glue_client: GlueClient, clock: Clock) -> None:
        self._client = glue_client
        self._clock = clock
        self._schemas: dict[tuple[TableReference, str], tuple[float, Schema]] = {}

    def schema(self, table: TableReference, deserializer: str = "OpenXJsonSerDe") -> Schema:
        """Return the columns of a version of a table.

        Raises:
            SchemaError: Glue does not answer with a table, or its columns cannot be used.

        https://docs.aws.amazon.com/firehose/latest/APIReference/API_SchemaConfiguration.html
        """
        now = self._clock.monotonic()
        key = (table, deserializer)
        read_at, known = self._schemas.get(key, (0.0, None))
        if known is not None and (table.version_id != LATEST or now - read_at < _REFRESH_SECONDS):
            return known
        read = schema_from(self._table(table), deserializer)
        # The same schema is the same object, so that what was made for it can be kept.
        schema = known if read == known and known is not None else read
        self._schemas[key] = (now, schema)
        return schema

    def _table(self, table: TableReference) -> Mapping[str, Any]:
        arguments = {"CatalogId": table.catalog_id, "DatabaseName": table.database_name}
        try:
            latest: Mapping[str, Any] = self._client.get_table(**arguments, Name=table.table_name)["Table"]
            if table.version_id == LATEST:
                return latest
        except (ClientError, BotoCoreError) as error:
            raise _schema_error(error) from error
        try:
            response = self._client.get_table_version(
                **arguments, TableName=table.table_name, VersionId=table.version_id
            )
        except (ClientError, BotoCoreError) as error:
            raise _schema_error(error, version=True) from error
        version: Mapping[str, Any] = response["TableVersion"]["Table"]
        return version


def _schema_error(error: ClientError | BotoCoreError, *, version: bool = False) -> SchemaError:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else "InternalError"
    if version and code in {"EntityNotFoundException", "InvalidInputException"}:
        name, message = _INVALID_VERSION
    else:
        name, message = _ERRORS.get(code, ("InternalError", str(error)))
    return SchemaError(Failed(f"DataFormatConversion.{name}", message), retriable=code not in _LASTING)
