"""What CreateTable, DescribeTable, UpdateTable and DeleteTable say of a table.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

from collections.abc import Mapping
from typing import Any

from emulator.dynamodb.table_id import table_id
from emulator.dynamodb.table_settings import PAY_PER_REQUEST, settings_of

# What a table that is paid for per request can serve at once, unless it was warmed up.
_WARM_UNITS = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000}
_LEFT_OUT_OF_DELETED = ("AttributeDefinitions", "CreationDateTime", "KeySchema", "WarmThroughput")

Description = dict[str, Any]


def describe(table: Any, description: Mapping[str, Any]) -> Description:
    """Return moto's description of an active table with what DynamoDB shows beside it, and without what it does not.

    The sizes and the counts of items of indexes stay 0; DynamoDB brings them up to date about every six hours.
    """
    settings = settings_of(table)
    per_request = table.billing_mode == PAY_PER_REQUEST
    described: Description = {
        **description,
        "TableId": table_id(table),
        "ProvisionedThroughput": _units(description["ProvisionedThroughput"]),
        "GlobalSecondaryIndexes": [
            {
                **_index(table, index),
                "ProvisionedThroughput": _units(index["ProvisionedThroughput"]),
                **_limits(
                    settings.index_throughput.get(index["IndexName"], {}),
                    index["ProvisionedThroughput"],
                    per_request,
                ),
            }
            for index in description["GlobalSecondaryIndexes"]
        ],
        "LocalSecondaryIndexes": [_index(table, index) for index in description["LocalSecondaryIndexes"]],
        **_limits(settings.throughput, description["ProvisionedThroughput"], per_request),
    }
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if not described[name]:
            del described[name]
    if settings.pay_per_request_since is not None or per_request:
        since = settings.pay_per_request_since or description["CreationDateTime"]
        described["BillingModeSummary"] = {
            "BillingMode": table.billing_mode,
            "LastUpdateToPayPerRequestDateTime": since,
        }
    else:
        del described["BillingModeSummary"]
    if settings.table_class is not None:
        described["TableClassSummary"] = {"TableClass": settings.table_class}
        if settings.table_class_changed_at is not None:
            described["TableClassSummary"]["LastUpdateDateTime"] = settings.table_class_changed_at
    return described


def creating(description: Description, request: Mapping[str, Any]) -> Description:
    """Return the answer of CreateTable; the table is ACTIVE when it is described next."""
    described = _warming(description, request) | {"TableStatus": "CREATING"}
    if "BillingModeSummary" in described:
        described["BillingModeSummary"] = {"BillingMode": described["BillingModeSummary"]["BillingMode"]}
    requested = {index["IndexName"]: index for index in request.get("GlobalSecondaryIndexes") or []}
    if "GlobalSecondaryIndexes" in described:
        described["GlobalSecondaryIndexes"] = [
            _warming(index, requested[index["IndexName"]]) | {"IndexStatus": "CREATING"}
            for index in described["GlobalSecondaryIndexes"]
        ]
    return described


def updating(description: Description, request: Mapping[str, Any], before: Description) -> Description:
    """Return the answer of UpdateTable; `before` described the table until then."""
    described = {**description, "TableStatus": "UPDATING"}
    if request.get("WarmThroughput"):
        described["WarmThroughput"] = {**described["WarmThroughput"], "Status": "UPDATING"}
    key, key_before = description.get("SSEDescription"), before.get("SSEDescription")
    if key != key_before:
        described["SSEDescription"] = {**(key or key_before or {}), "Status": "UPDATING"}
    return described


def deleting(description: Description) -> Description:
    """Return the answer of DeleteTable."""
    kept = {name: value for name, value in description.items() if name not in _LEFT_OUT_OF_DELETED}
    return kept | {"TableStatus": "DELETING"}


def _index(table: Any, index: Mapping[str, Any]) -> Description:
    arn = f"{table.table_arn}/index/{index['IndexName']}"
    return {**index, "IndexArn": arn, "IndexSizeBytes": 0, "ItemCount": 0}


def _units(throughput: Mapping[str, Any]) -> Description:
    return {"NumberOfDecreasesToday": 0, **throughput}


def _limits(given: Mapping[str, Any], units: Mapping[str, Any], per_request: bool) -> Description:
    """Return the throughput that was asked for, with the warm throughput there is without asking."""
    unasked = (
        _WARM_UNITS
        if per_request
        else {
            "ReadUnitsPerSecond": units["ReadCapacityUnits"],
            "WriteUnitsPerSecond": units["WriteCapacityUnits"],
        }
    )
    return {**given, "WarmThroughput": {**unasked, **given.get("WarmThroughput", {}), "Status": "ACTIVE"}}


def _warming(description: Mapping[str, Any], request: Mapping[str, Any]) -> Description:
    """Return a description that shows the warm throughput only where it was asked for."""
    described = dict(description)
    if request.get("WarmThroughput"):
        described["WarmThroughput"] = {**described["WarmThroughput"], "Status": "UPDATING"}
    else:
        del described["WarmThroughput"]
    return described
