"""The settings of a table that moto does not keep: its class, its throughput limits, its key.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import ServiceError

PAY_PER_REQUEST = "PAY_PER_REQUEST"
DEFAULT_KEY = "alias/aws/dynamodb"
_THROUGHPUT_SETTINGS = ("WarmThroughput", "OnDemandThroughput")
_NO_UNITS = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


@dataclass
class TableSettings:
    """What a table was given beside what moto keeps; times are epoch seconds.

    `throughput` and the values of `index_throughput` hold WarmThroughput and OnDemandThroughput as they were given.
    """

    table_class: str | None = None
    table_class_changed_at: float | None = None
    pay_per_request_since: float | None = None
    throughput: dict[str, Any] = field(default_factory=dict)
    index_throughput: dict[str, dict[str, Any]] = field(default_factory=dict)


def settings_of(table: Any) -> TableSettings:
    """Return the settings of one of moto's tables, on which they are kept."""
    settings: TableSettings = vars(table).setdefault("settings", TableSettings())
    return settings


def check_creation(request: Mapping[str, Any]) -> None:
    """Refuse what DynamoDB refuses of CreateTable and moto words otherwise.

    Raises:
        ServiceError: capacity units are given for a table that is paid for per request.
    """
    if request.get("BillingMode") == PAY_PER_REQUEST and request.get("ProvisionedThroughput"):
        raise _no_units_per_request()


def requested_key_id(request: Mapping[str, Any]) -> str | None:
    """Return the id, ARN or alias of the KMS key that a request asks for; None for DynamoDB's own or no change."""
    specification = request.get("SSESpecification") or {}
    return (specification.get("KMSMasterKeyId") or DEFAULT_KEY) if specification.get("Enabled") else None


def create(table: Any, request: Mapping[str, Any], key_arn: str | None) -> None:
    """Keep what a new table was given; `key_arn` is the KMS key that was asked for."""
    settings = settings_of(table)
    settings.table_class = request.get("TableClass")
    settings.throughput = _throughput(request)
    settings.index_throughput = {
        index["IndexName"]: _throughput(index) for index in request.get("GlobalSecondaryIndexes") or []
    }
    if request.get("SSESpecification"):
        _encrypt(table, key_arn)


def check_update(table: Any, request: Mapping[str, Any]) -> None:
    """Refuse what DynamoDB refuses of UpdateTable.

    Raises:
        ServiceError: the capacity units do not go with the billing mode, an index is missing or there already, or
            another replica is asked for.
    """
    replicas = [change for update in request.get("ReplicaUpdates") or [] for change in update.values()]
    for replica in replicas:
        # LocalStack's AWS::DynamoDB::GlobalTable asks for the table's own region too.
        if replica["RegionName"] != table.region_name:
            raise ServiceError(
                "ValidationException",
                f"ReplicaUpdates for {replica['RegionName']} is not supported by this emulator: "
                "a table has no replica in another region",
            )
    billing_mode, units = request.get("BillingMode"), request.get("ProvisionedThroughput")
    if units and (billing_mode or table.billing_mode) == PAY_PER_REQUEST:
        raise _no_units_per_request()
    if billing_mode == "PROVISIONED" and table.billing_mode == PAY_PER_REQUEST and not units:
        raise ServiceError(
            "ValidationException",
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED",
        )
    names = {index.name for index in table.global_indexes}
    for kind, change in _index_changes(request):
        if kind == "Create" and change["IndexName"] in names:
            raise ServiceError("ValidationException", "Attempting to create an index which already exists")
        if kind != "Create" and change["IndexName"] not in names:
            raise ServiceError("ResourceNotFoundException", "Requested resource not found")


def update(
    table: Any, request: Mapping[str, Any], key_arn: str | None, before: Mapping[str, Any], now: float
) -> None:
    """Keep what a table is given anew, after moto has taken its part; `before` described the table until then."""
    settings = settings_of(table)
    if request.get("TableClass"):
        settings.table_class, settings.table_class_changed_at = request["TableClass"], now
    settings.throughput |= _throughput(request)
    for kind, change in _index_changes(request):
        name = change["IndexName"]
        if kind == "Delete":
            settings.index_throughput.pop(name, None)
        else:
            settings.index_throughput[name] = settings.index_throughput.get(name, {}) | _throughput(change)
    billing = before.get("BillingModeSummary", {})
    settings.pay_per_request_since = billing.get("LastUpdateToPayPerRequestDateTime")
    if table.billing_mode == PAY_PER_REQUEST != billing.get("BillingMode"):
        settings.pay_per_request_since = now
        for priced in (table, *table.global_indexes):
            priced.throughput = dict(_NO_UNITS)
    if request.get("SSESpecification"):
        _encrypt(table, key_arn)


def _encrypt(table: Any, key_arn: str | None) -> None:
    # moto shows the key's id as it is kept here.
    table.sse_specification = {"Enabled": True, "KMSMasterKeyId": key_arn} if key_arn is not None else None


def _throughput(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(request[name]) for name in _THROUGHPUT_SETTINGS if request.get(name)}


def _index_changes(request: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the changes to indexes, each with its kind: Create, Update or Delete."""
    return [item for change in request.get("GlobalSecondaryIndexUpdates") or [] for item in change.items()]


def _no_units_per_request() -> ServiceError:
    return ServiceError(
        "ValidationException",
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
        "when BillingMode is PAY_PER_REQUEST",
    )
