"""JSON of another form than the API's is refused with DynamoDB's SerializationException."""

from typing import Any

import pytest
from localstack.aws.spec import load_service

from emulator.dynamodb import serialization
from emulator.errors import ServiceError

ITEM = {"id": {"S": "a"}}


def check(operation: str, request: Any) -> None:
    """Check a request of an operation."""
    serialization.check(load_service("dynamodb").operation_model(operation).input_shape, request)


# Messages known from Dynalite's tests, which are run against AWS too.
@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("PutItem", {"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": 23}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": {}}, "Start of structure or map found where not expected"),
        ("PutItem", {"Item": "x"}, "Unexpected field type"),
        ("PutItem", {"Expected": {"a": "x"}}, "Unexpected value type in payload"),
        ("PutItem", {"Expected": {"a": {"Exists": 1}}}, "NUMBER_VALUE cannot be converted to Boolean"),
        ("UpdateItem", {"AttributeUpdates": {"a": {"Value": 1}}}, "Unexpected value type in payload"),
        ("DeleteItem", {"ExpressionAttributeNames": {"#a": 1}}, "NUMBER_VALUE cannot be converted to String"),
        ("TransactWriteItems", {"TransactItems": {}}, "Unexpected field type"),
        ("TransactWriteItems", {"TransactItems": [{"Put": []}]}, "Unexpected value type in payload"),
    ],
)
def test_another_form_is_refused(operation: str, request_: Any, message: str) -> None:
    with pytest.raises(ServiceError) as raised:
        check(operation, request_)

    assert (raised.value.code, raised.value.message) == ("SerializationException", message)


def test_the_form_of_the_api_is_not_refused() -> None:
    check("PutItem", {"TableName": "Orders", "Item": ITEM, "Expected": {"id": {"Exists": False}}})
    check("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "Orders", "Item": ITEM}}]})
