"""What the operations on tables take and answer.

Shapes and texts: recordings of AWS in LocalStack's suite, and the API's reference.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from moto.dynamodb.models import DynamoDBBackend

from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import Handler

ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 7}
NO_UNITS = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
INDEX = {
    "IndexName": "by-customer",
    "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
PER_REQUEST = {"BillingMode": "PAY_PER_REQUEST"}
PROVISIONED = {"ProvisionedThroughput": UNITS}

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(_provider: None) -> Call:
    """Return a function that carries out an operation, on the table Orders unless told otherwise."""
    backend = DynamoDBBackend("eu-north-1", "000000000000")

    def call(operation: str, **members: Any) -> dict[str, Any]:
        handler = Handler(backend, {"TableName": "Orders", **members})
        (answer,) = json.loads(getattr(handler, operation)()).values()
        return dict(answer)

    return call


def create(call: Call, *indexes: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Create the table, whose indexes are by `customer`."""
    names = ["id", "customer"] if indexes else ["id"]
    return call(
        "create_table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        **({"GlobalSecondaryIndexes": list(indexes)} if indexes else {}),
        **members,
    )


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    """Return the code and message with which a call fails."""
    with pytest.raises(ServiceError) as raised:
        call()
    return raised.value.code, raised.value.message


def test_a_table_with_capacity_units_is_described_as_on_aws(call: Call) -> None:
    created = create(call, **PROVISIONED)
    described = call("describe_table")

    expected = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "DeletionProtectionEnabled": False,
        "ItemCount": 0,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **UNITS},
        "TableArn": ARN,
        "TableName": "Orders",
        "TableSizeBytes": 0,
    }
    times_and_ids = {name: described.pop(name) for name in ("CreationDateTime", "TableId")}
    assert created == expected | times_and_ids | {"TableStatus": "CREATING"}
    assert described == expected | {
        "TableStatus": "ACTIVE",
        "WarmThroughput": {"ReadUnitsPerSecond": 5, "Status": "ACTIVE", "WriteUnitsPerSecond": 7},
    }


def test_a_table_that_is_paid_for_per_request_is_described_as_on_aws(call: Call) -> None:
    created = create(call, INDEX, **PER_REQUEST)
    described = call("describe_table")

    index = {
        **INDEX,
        "IndexArn": f"{ARN}/index/by-customer",
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "ProvisionedThroughput": NO_UNITS,
    }
    warm = {"ReadUnitsPerSecond": 12_000, "Status": "ACTIVE", "WriteUnitsPerSecond": 4_000}
    assert created["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert created["GlobalSecondaryIndexes"] == [index | {"IndexStatus": "CREATING"}]
    assert "WarmThroughput" not in created
    assert described["BillingModeSummary"] == {
        "BillingMode": "PAY_PER_REQUEST",
        "LastUpdateToPayPerRequestDateTime": described["CreationDateTime"],
    }
    assert described["GlobalSecondaryIndexes"] == [index | {"IndexStatus": "ACTIVE", "WarmThroughput": warm}]
    assert (described["ProvisionedThroughput"], described["WarmThroughput"]) == (NO_UNITS, warm)


def test_a_local_index_has_its_arn_and_no_throughput(call: Call) -> None:
    local = {
        "IndexName": "by-time",
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "time", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    call(
        "create_table",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "place", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("id", "place", "time")
        ],
        LocalSecondaryIndexes=[local],
        **PER_REQUEST,
    )

    assert call("describe_table")["LocalSecondaryIndexes"] == [
        {**local, "IndexArn": f"{ARN}/index/by-time", "IndexSizeBytes": 0, "ItemCount": 0}
    ]


def test_class_and_throughput_that_were_asked_for_are_shown(call: Call) -> None:
    # GIVEN a table with its own class, warm throughput and limits, and an index with its own
    warm = {"ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 5_000}
    limits = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    index = {**INDEX, "WarmThroughput": warm, "OnDemandThroughput": limits}
    created = create(
        call,
        index,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        WarmThroughput=warm,
        OnDemandThroughput=limits,
        **PER_REQUEST,
    )

    # THEN both answers show them, the first one as under way
    described = call("describe_table")
    for answer, status in ((created, "UPDATING"), (described, "ACTIVE")):
        for shown in (answer, answer["GlobalSecondaryIndexes"][0]):
            assert shown["WarmThroughput"] == {**warm, "Status": status}
            assert shown["OnDemandThroughput"] == limits
        assert answer["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}


def test_an_update_is_shown(call: Call) -> None:
    # GIVEN a table and its index
    create(call, {**INDEX, **PROVISIONED}, **PROVISIONED)

    # WHEN its class, warm throughput and limits are changed, and the index's limits
    limits = {"MaxReadRequestUnits": 10}
    updated = call(
        "update_table",
        TableClass="STANDARD_INFREQUENT_ACCESS",
        WarmThroughput={"ReadUnitsPerSecond": 9, "WriteUnitsPerSecond": 8},
        OnDemandThroughput=limits,
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "by-customer", "OnDemandThroughput": {"MaxWriteRequestUnits": 3}}}
        ],
    )

    # THEN the answer says that it is under way, and the description that it is done
    described = call("describe_table")
    assert (updated["TableStatus"], updated["WarmThroughput"]["Status"]) == ("UPDATING", "UPDATING")
    assert (described["TableStatus"], described["OnDemandThroughput"]) == ("ACTIVE", limits)
    assert described["WarmThroughput"] == {
        "ReadUnitsPerSecond": 9,
        "Status": "ACTIVE",
        "WriteUnitsPerSecond": 8,
    }
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert isinstance(described["TableClassSummary"]["LastUpdateDateTime"], float)
    assert described["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == {"MaxWriteRequestUnits": 3}


def test_the_billing_mode_changes_with_the_capacity_units(call: Call) -> None:
    # GIVEN a table with capacity units
    create(call, {**INDEX, **PROVISIONED}, **PROVISIONED)

    # WHEN it is paid for per request, and by capacity units again
    call("update_table", **PER_REQUEST)
    per_request = call("describe_table")
    call("update_table", BillingMode="PROVISIONED", **PROVISIONED)
    provisioned = call("describe_table")

    # THEN there are no units meanwhile, and the description says when that was
    assert per_request["ProvisionedThroughput"] == NO_UNITS
    assert per_request["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] == NO_UNITS
    assert per_request["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] > 1_700_000_000
    assert provisioned["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **UNITS}
    assert provisioned["BillingModeSummary"] == {
        **per_request["BillingModeSummary"],
        "BillingMode": "PROVISIONED",
    }


def test_a_table_remembers_that_it_was_once_paid_for_per_request(call: Call) -> None:
    # GIVEN a table that is paid for per request from its creation
    create(call, **PER_REQUEST)
    summary = call("describe_table")["BillingModeSummary"]

    # WHEN that is asked for again, and then capacity units
    call("update_table", **PER_REQUEST)
    same = call("describe_table")["BillingModeSummary"]
    call("update_table", BillingMode="PROVISIONED", **PROVISIONED)
    call("update_table", TableClass="STANDARD")

    # THEN the time stays
    assert same == summary
    assert call("describe_table")["BillingModeSummary"] == {**summary, "BillingMode": "PROVISIONED"}


@pytest.mark.parametrize(
    ("before", "request_", "code", "message"),
    [
        (
            PROVISIONED,
            {**PER_REQUEST, **PROVISIONED},
            "ValidationException",
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            PER_REQUEST,
            PROVISIONED,
            "ValidationException",
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            PER_REQUEST,
            {"BillingMode": "PROVISIONED"},
            "ValidationException",
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED",
        ),
        (
            PER_REQUEST,
            {"GlobalSecondaryIndexUpdates": [{"Create": INDEX}]},
            "ValidationException",
            "Attempting to create an index which already exists",
        ),
        (
            PER_REQUEST,
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "other"}}]},
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            PER_REQUEST,
            {"ReplicaUpdates": [{"Create": {"RegionName": "us-east-1"}}]},
            "ValidationException",
            "ReplicaUpdates for us-east-1 is not supported by this emulator: a table has no replica in another region",
        ),
    ],
)
def test_an_update_that_does_not_fit_the_table_changes_nothing(
    call: Call, before: dict[str, Any], request_: dict[str, Any], code: str, message: str
) -> None:
    create(call, {**INDEX, **({} if before is PER_REQUEST else PROVISIONED)}, **before)
    described = call("describe_table")

    assert refusal(lambda: call("update_table", **request_)) == (code, message)

    assert call("describe_table") == described


def test_a_replica_in_the_tables_own_region_is_there_already(call: Call) -> None:
    create(call, **PER_REQUEST)

    updated = call("update_table", ReplicaUpdates=[{"Create": {"RegionName": "eu-north-1"}}])

    assert updated["TableStatus"] == "UPDATING"


def test_capacity_units_of_a_table_that_is_paid_for_per_request_are_refused(call: Call) -> None:
    assert refusal(lambda: create(call, **PER_REQUEST, **PROVISIONED)) == (
        "ValidationException",
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
        "specified when BillingMode is PAY_PER_REQUEST",
    )


def test_an_index_that_is_deleted_and_created_again_has_no_old_settings(call: Call) -> None:
    create(call, {**INDEX, "OnDemandThroughput": {"MaxReadRequestUnits": 1}}, **PER_REQUEST)

    call("update_table", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-customer"}}])
    assert "GlobalSecondaryIndexes" not in call("describe_table")
    call("update_table", GlobalSecondaryIndexUpdates=[{"Create": INDEX}])

    assert "OnDemandThroughput" not in call("describe_table")["GlobalSecondaryIndexes"][0]


@pytest.mark.parametrize(
    ("key_id", "arn"),
    [
        ("05c421dc", "arn:aws:kms:eu-north-1:000000000000:key/05c421dc"),
        ("arn:aws:kms:us-east-1:000000000000:key/1", "arn:aws:kms:us-east-1:000000000000:key/1"),
    ],
)
def test_encryption_with_a_key_of_ones_own_is_shown_by_its_arn(call: Call, key_id: str, arn: str) -> None:
    # GIVEN a table with a key
    key = {"SSEType": "KMS", "KMSMasterKeyArn": arn}
    created = create(call, SSESpecification={"Enabled": True, "KMSMasterKeyId": key_id}, **PER_REQUEST)
    assert created["SSEDescription"] == {**key, "Status": "ENABLED"}

    # WHEN something else is changed, and then the key is given up
    call("update_table", DeletionProtectionEnabled=False)
    kept = call("describe_table")["SSEDescription"]
    updated = call("update_table", SSESpecification={"Enabled": False})

    # THEN it is kept until then, and shown once more in the answer
    assert kept == {**key, "Status": "ENABLED"}
    assert updated["SSEDescription"] == {**key, "Status": "UPDATING"}
    assert "SSEDescription" not in call("describe_table")


def test_a_deleted_table_is_described_briefly(call: Call) -> None:
    table_id = create(call, **PROVISIONED)["TableId"]

    assert call("delete_table") == {
        "DeletionProtectionEnabled": False,
        "ItemCount": 0,
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **UNITS},
        "TableArn": ARN,
        "TableId": table_id,
        "TableName": "Orders",
        "TableSizeBytes": 0,
        "TableStatus": "DELETING",
    }


def test_a_protected_table_is_not_deleted(call: Call) -> None:
    create(call, DeletionProtectionEnabled=True, **PER_REQUEST)

    assert refusal(lambda: call("delete_table")) == (
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first.",
    )

    call("update_table", DeletionProtectionEnabled=False)
    assert call("delete_table")["TableStatus"] == "DELETING"


@pytest.mark.parametrize("operation", ["update_table", "delete_table"])
def test_a_table_that_is_not_there_is_named(call: Call, operation: str) -> None:
    assert refusal(lambda: call(operation)) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: Orders not found",
    )
