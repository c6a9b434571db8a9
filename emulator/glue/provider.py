"""The Glue Data Catalog's databases and tables, on moto's backend.

LocalStack has no interface of Glue to derive from, so that operations are listed by their names.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto_with_request
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.patch import patch
from moto.glue.models import FakeTable, glue_backends

from emulator.dispatch import Handler, guarded
from emulator.errors import ServiceError
from emulator.glue.paging import page
from emulator.glue.request import folded

# One lock for every account and region: moto's state is not safe for threads.
_LOCK = threading.RLock()
_SERVED = [
    *("CreateDatabase", "GetDatabase", "UpdateDatabase", "DeleteDatabase"),
    *("CreateTable", "GetTable", "DeleteTable", "BatchDeleteTable"),
    *("GetTableVersion", "DeleteTableVersion", "GetPartitionIndexes"),
    *("GetTags", "TagResource", "UntagResource"),
]
# Operations that answer in pages, and the member that has the results.
_PAGED = {
    "GetDatabases": "DatabaseList",
    "GetTables": "TableList",
    "GetTableVersions": "TableVersions",
}
# Settings of the operations above that change what is kept or answered, and are not built.
_UNBUILT = {
    "CreateDatabase": ["DatabaseInput.FederatedDatabase", "DatabaseInput.TargetDatabase"],
    "UpdateDatabase": ["DatabaseInput.FederatedDatabase", "DatabaseInput.TargetDatabase"],
    "CreateTable": ["PartitionIndexes", "OpenTableFormatInput", "TransactionId", "TableInput.TargetTable"],
    "GetDatabases": ["ResourceShareType"],
    "GetTable": ["QueryAsOfTime", "TransactionId"],
    "GetTables": ["QueryAsOfTime", "TransactionId"],
    "UpdateTable": [
        "TransactionId",
        "UpdateOpenTableFormatInput",
        "ViewUpdateAction",
        "TableInput.TargetTable",
    ],
}


class GlueProvider(ServiceLifecycleHook):
    """Serves databases, tables and their versions and tags; every other operation is refused by its name."""

    service = "glue"

    def __init__(self) -> None:
        _count_versions_from_zero()


def dispatch_table(provider: GlueProvider) -> dict[str, Handler]:
    """Return the operations of the API, one at a time."""
    table = {name: _refusal(name) for name in load_service(provider.service).operation_names}
    table |= dict.fromkeys(_SERVED, _serve)
    table |= {name: _serve_page(result) for name, result in _PAGED.items()}
    table |= {"UpdateTable": _update_table}
    return guarded(table, CommonServiceException, _LOCK)


def _count_versions_from_zero() -> None:
    """Give a new table the version 0, as Glue does."""

    @patch(FakeTable.__init__)
    def create(original: Callable[..., None], table: Any, *args: Any, **kwargs: Any) -> None:
        original(table, *args, **kwargs)
        table.versions = {"0": table.versions["1"]}
        table._current_version = 0


def _refusal(operation: str) -> Handler:
    def refuse(context: RequestContext, request: Mapping[str, Any]) -> None:
        raise NotImplementedError(
            f"glue.{operation} is not supported by this emulator: it has databases and tables only"
        )

    return refuse


def _serve(context: RequestContext, request: Mapping[str, Any]) -> Any:
    return call_moto_with_request(context, _checked(context, request))


def _serve_page(result: str) -> Handler:
    def serve(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
        everything = _serve(context, request).get(result) or []
        return page(result, everything, request.get("MaxResults"), request.get("NextToken"))

    return serve


def _update_table(context: RequestContext, request: Mapping[str, Any]) -> Any:
    """Make a new version of a table; without an archive, it takes the place of the one before.

    https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
    """
    checked = _checked(context, request)
    table = _table(context, checked["DatabaseName"], checked["TableInput"]["Name"])
    before = str(table._current_version)
    if checked.get("VersionId", before) != before:
        raise ServiceError(
            "ConcurrentModificationException", "Update table failed due to concurrent modifications."
        )
    response = call_moto_with_request(context, checked)
    if checked.get("SkipArchive"):
        table.versions.pop(before, None)
    return response


def _checked(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request in the form that the backend needs, after the checks that it does not make."""
    operation = context.operation.name
    for path in _UNBUILT.get(operation, []):
        value: Any = request
        for member in path.split("."):
            value = (value or {}).get(member)
        if value:
            raise ServiceError("InvalidInputException", f"{path} is not supported by this emulator.")
    catalog_id = request.get("CatalogId") or context.account_id
    if catalog_id != context.account_id:
        raise ServiceError("EntityNotFoundException", f"Catalog {catalog_id} not found.")
    checked = folded(request)
    if operation in ("GetTableVersion", "DeleteTableVersion"):
        table = _table(context, checked["DatabaseName"], checked["TableName"])
        version_id = checked.setdefault("VersionId", str(table._current_version))
        if version_id.isdigit() and version_id not in table.versions:
            raise ServiceError("EntityNotFoundException", "Version not found.")
    return checked


def _table(context: RequestContext, database_name: str, table_name: str) -> Any:
    """Return the backend's table.

    Raises:
        ServiceError: there is no such database or table.
    """
    database = glue_backends[context.account_id][context.region].databases.get(database_name)
    if database is None:
        raise ServiceError("EntityNotFoundException", f"Database {database_name} not found.")
    if table_name not in database.tables:
        raise ServiceError("EntityNotFoundException", f"Table {table_name} not found.")
    return database.tables[table_name]
