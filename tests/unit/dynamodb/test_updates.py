"""Updates are whole or not at all, and count exactly; tables may be named by ARN.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1, A2, B, recorded

TABLE_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"


def update(backend: Any, expression: str, *, name: str = "a", table: str = "Orders", **values: str) -> None:
    """Update an item with numbers as values."""
    call(
        backend,
        "update_item",
        TableName=table,
        Key={"id": {"S": name}},
        UpdateExpression=expression,
        ExpressionAttributeValues={f":{key}": {"N": value} for key, value in values.items()},
    )


def transact(backend: Any, *actions: dict[str, Any]) -> None:
    """Carry a transaction out."""
    call(backend, "transact_write_items", TransactItems=list(actions))


def put(backend: Any, **item: Any) -> None:
    """Put an item."""
    call(backend, "put_item", TableName="Orders", Item=item)


def attributes(backend: Any, name: str = "a") -> Any:
    """Return an item, or None."""
    item = backend.get_item("Orders", {"id": {"S": name}})
    return item and item.to_json()["Attributes"]


@pytest.mark.parametrize("table", ["Orders", TABLE_ARN])
def test_an_update_that_makes_an_item_is_one_change(backend: Any, table: str) -> None:
    update(backend, "SET amount = :t", name="b", table=table, t="1")

    assert recorded(backend) == [("INSERT", None, {**B, "amount": {"N": "1"}})]


def test_a_transaction_on_a_table_named_both_ways_is_recorded_in_its_order(backend: Any) -> None:
    transact(
        backend, {"Put": {"TableName": TABLE_ARN, "Item": B}}, {"Put": {"TableName": "Orders", "Item": A2}}
    )

    assert recorded(backend) == [("INSERT", None, B), ("MODIFY", A1, A2)]


def test_a_cancelled_transaction_on_a_table_named_by_arn_leaves_no_record(backend: Any) -> None:
    check = {
        "TableName": TABLE_ARN,
        "Key": {"id": {"S": "none"}},
        "ConditionExpression": "attribute_exists(id)",
    }

    with pytest.raises(Exception, match="Transaction cancelled"):
        transact(backend, {"Put": {"TableName": TABLE_ARN, "Item": B}}, {"ConditionCheck": check})

    assert (recorded(backend), attributes(backend, "b")) == ([], None)


def test_a_transaction_with_what_is_no_number_is_refused_as_a_request(backend: Any) -> None:
    item = {**B, "price": {"N": "abc"}}

    with pytest.raises(ServiceError, match="cannot be converted to a numeric value: abc"):
        transact(backend, {"Put": {"TableName": "Orders", "Item": item}})


def test_an_update_that_fails_half_way_changes_nothing(backend: Any) -> None:
    # GIVEN an item with nearly the largest number
    put(backend, **{"id": {"S": "b"}, "amount": {"N": "9e125"}, "changes": {"N": "0"}})
    before, records = attributes(backend, "b"), recorded(backend)

    # WHEN its second action has no result that a number can hold
    with pytest.raises(ServiceError, match="Number overflow"):
        update(backend, "SET changes = :c ADD amount :t", name="b", c="1", t="9e125")

    # THEN the first is undone, and a later update goes on from there
    assert (attributes(backend, "b"), recorded(backend)) == (before, records)
    update(backend, "SET changes = :c", name="b", c="2")
    assert recorded(backend)[-1][1:] == (before, {**before, "changes": {"N": "2"}})


def test_an_update_that_fails_makes_no_item(backend: Any) -> None:
    with pytest.raises(ServiceError):
        update(backend, "SET one = :o ADD amount :t", name="new", o="1", t="abc")

    assert (attributes(backend, "new"), recorded(backend)) == (None, [])


@pytest.mark.parametrize(
    ("before", "expression", "value", "after"),
    [
        ("1.1", "SET n = n - :v", "0.2", "0.9"),
        ("10.50", "SET n = n + :v", "0.5", "11"),
        (
            "1.2345678901234567890123456789012345678",
            "ADD n :v",
            "1",
            "2.2345678901234567890123456789012345678",
        ),
        ("99999999999999999999999999999999999998", "ADD n :v", "1", "99999999999999999999999999999999999999"),
        ("5", "SET n = n - :v", "5.0", "0"),
        ("1", "ADD n :v", "-3.5", "-2.5"),
    ],
)
def test_arithmetic_is_exact(backend: Any, before: str, expression: str, value: str, after: str) -> None:
    put(backend, **{"id": {"S": "b"}, "n": {"N": before}})

    update(backend, expression, name="b", v=value)

    assert attributes(backend, "b") == {**B, "n": {"N": after}}


def test_a_result_with_more_digits_than_a_number_has_is_refused(backend: Any) -> None:
    put(backend, **{"id": {"S": "b"}, "n": {"N": "99999999999999999999999999999999999998"}})

    with pytest.raises(ServiceError, match="Number overflow"):
        update(backend, "ADD n :v", name="b", v="0.5")


def nested(depth: int) -> Any:
    """Return a value with as many maps in one another."""
    value: Any = {"S": "a"}
    for _ in range(depth):
        value = {"M": {"x": value}}
    return value


def _nest(backend: Any, depth: int, expression: str) -> None:
    call(
        backend,
        "update_item",
        TableName="Orders",
        Key={"id": {"S": "a"}},
        UpdateExpression=expression,
        ExpressionAttributeValues={":v": nested(depth)},
    )


@pytest.mark.parametrize("expression", ["SET deep.x = :v", "SET list_[0] = :v"])
def test_an_update_nests_an_item_up_to_32_levels_deep(backend: Any, expression: str) -> None:
    put(backend, id={"S": "a"}, deep={"M": {}}, list_={"L": []})

    with pytest.raises(ServiceError, match="nested levels beyond supported limit"):
        _nest(backend, 32, expression)

    _nest(backend, 31, expression)


def test_an_item_is_not_nested_deeper_by_one_update_after_the_other(backend: Any) -> None:
    put(backend, id={"S": "a"}, x=nested(32))
    operand = {"Key": {"id": {"S": "a"}}, "ExpressionAttributeValues": {":e": {"L": []}}}

    with pytest.raises(ServiceError, match="nested levels beyond supported limit"):
        call(
            backend,
            "update_item",
            TableName="Orders",
            UpdateExpression="SET x.y = x, z = :e",
            **operand,
        )


@pytest.mark.parametrize("table", ["Orders", TABLE_ARN])
def test_capacity_is_told_of_the_table_as_the_request_names_it(backend: Any, table: str) -> None:
    answer = call(backend, "put_item", TableName=table, Item=B, ReturnConsumedCapacity="TOTAL")

    assert answer["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 1.0}
