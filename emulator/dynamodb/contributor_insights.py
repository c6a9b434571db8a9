"""Contributor Insights of a table and its indexes: switched on and off, without rules or graphs.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.dynamodb.refusal import validation_error
from emulator.errors import ServiceError

_ACTIONS = {"ENABLE": ("ENABLING", "ENABLED"), "DISABLE": ("DISABLING", "DISABLED")}


def describe(table: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether a table or index has insights.

    Raises:
        ServiceError: there is no such index.
    """
    name = _index_name(table, request)
    status = _settings(table).get(name, "DISABLED")
    return {**_named(table, name), "ContributorInsightsStatus": status}


def update(table: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Switch insights on or off, at once.

    Raises:
        ServiceError: there is no such index or action.
    """
    action = request.get("ContributorInsightsAction")
    if action not in _ACTIONS:
        raise validation_error(
            f"1 validation error detected: Value '{action}' at 'contributorInsightsAction' failed to satisfy "
            "constraint: Member must satisfy enum value set: [ENABLE, DISABLE]"
        )
    name = _index_name(table, request)
    under_way, done = _ACTIONS[action]
    _settings(table)[name] = done
    return {**_named(table, name), "ContributorInsightsStatus": under_way}


def summaries(tables: Iterable[Any]) -> dict[str, Any]:
    """Return every table and index on which insights were ever switched."""
    return {
        "ContributorInsightsSummaries": [
            {**_named(table, name), "ContributorInsightsStatus": status}
            for table in tables
            for name, status in _settings(table).items()
        ]
    }


def _settings(table: Any) -> dict[str | None, str]:
    """Return the status by index, of the table itself without a name; it is kept on the table."""
    settings: dict[str | None, str] = vars(table).setdefault("contributor_insights", {})
    return settings


def _index_name(table: Any, request: Mapping[str, Any]) -> str | None:
    name: str | None = request.get("IndexName")
    if name is not None and all(index.name != name for index in table.all_indexes()):
        raise ServiceError(
            "ResourceNotFoundException", f"Requested resource not found: Index: {name} not found"
        )
    return name


def _named(table: Any, index_name: str | None) -> dict[str, Any]:
    return {"TableName": table.name, **({"IndexName": index_name} if index_name is not None else {})}
