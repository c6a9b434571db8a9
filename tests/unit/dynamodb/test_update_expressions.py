"""What update expressions and AttributeUpdates make of items, as on AWS.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
What the page does not say is known from ScyllaDB's tests, which are run against AWS too.
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1, recorded
from tests.unit.dynamodb.test_updates import attributes

VALUES = {
    ":n": {"N": "7"},
    ":s": {"S": "new"},
    ":l": {"L": [{"S": "new"}]},
    ":ss": {"SS": ["b", "c"]},
    ":bs": {"BS": ["Yg=="]},
}
NUMBERS = [{"N": str(number)} for number in range(4)]
ITEM: dict[str, Any] = {
    "id": {"S": "b"},
    "count_": {"N": "2"},
    "list_": {"L": NUMBERS},
    "map_": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"N": "2"}}}}},
    "texts": {"SS": ["a", "b"]},
    "blobs": {"BS": ["YQ==", "Yg=="]},
}


def update(backend: Any, name: str = "b", **members: Any) -> dict[str, Any]:
    """Update an item."""
    return call(backend, "update_item", TableName="Orders", Key={"id": {"S": name}}, **members)


def express(backend: Any, expression: str, name: str = "b") -> dict[str, Any]:
    """Update an item with an expression."""
    given = {key: value for key, value in VALUES.items() if key in expression.replace(",", " ").split()}
    members = {"ExpressionAttributeValues": given} if given else {}
    return update(backend, name, UpdateExpression=expression, **members)


@pytest.mark.parametrize(
    ("expression", "changed"),
    [
        ("SET map_.b.c = :n", {"map_": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"N": "7"}}}}}}),
        ("SET map_.d = map_.a REMOVE map_.a , map_.b", {"map_": {"M": {"d": {"N": "1"}}}}),
        # indexes count the members as they were, those behind the end are appended in their order
        ("REMOVE list_[1] SET list_[3] = :s", {"list_": {"L": [{"N": "0"}, {"N": "2"}, {"S": "new"}]}}),
        (
            "SET list_[80] = :s , list_[40] = :n",
            {"list_": {"L": [*NUMBERS, {"N": "7"}, {"S": "new"}]}},
        ),
        ("REMOVE list_[17]", {}),
        ("REMOVE texts", {"texts": None}),
        ("ADD count_ :n , texts :ss", {"count_": {"N": "9"}, "texts": {"SS": ["a", "b", "c"]}}),
        ("DELETE texts :ss , blobs :bs", {"texts": {"SS": ["a"]}, "blobs": {"BS": ["YQ=="]}}),
        ("SET count_ = if_not_exists(count_, :n) + count_", {"count_": {"N": "4"}}),
        ("SET count_ = (count_) + (count_)", {"count_": {"N": "4"}}),
        ("SET count_ = ((count_) - count_)", {"count_": {"N": "0"}}),
        ("SET fresh = (count_)", {"fresh": {"N": "2"}}),
        ("SET fresh = (if_not_exists(absent, :n)) + count_", {"fresh": {"N": "9"}}),
        ("SET fresh = list_append( :l , list_ )", {"fresh": {"L": [{"S": "new"}, *NUMBERS]}}),
    ],
)
def test_what_becomes_of_an_item(backend: Any, expression: str, changed: dict[str, Any]) -> None:
    call(backend, "put_item", TableName="Orders", Item=ITEM)

    # The request has only those values that its expression names.
    if "if_not_exists" in expression:
        update(backend, UpdateExpression=expression, ExpressionAttributeValues={":n": VALUES[":n"]})
    else:
        express(backend, expression)

    expected = {name: value for name, value in {**ITEM, **changed}.items() if value is not None}
    assert attributes_as_json(backend) == expected


def attributes_as_json(backend: Any) -> Any:
    """Return the item as GetItem answers it."""
    return call(backend, "get_item", TableName="Orders", Key={"id": {"S": "b"}})["Item"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("SET map_ = :s , map_.a = :n", "Two document paths overlap with each other"),
        ("SET map_.a = :s , map_[1] = :n", "Two document paths conflict with each other"),
        ("SET count_ = :n SET texts = :s", 'The "SET" section can only be used once'),
        ("SET id = :s", "Cannot update attribute id. This attribute is part of the key"),
        ("REMOVE count_.a", "The document path provided in the update expression is invalid for update"),
        ("SET absent.a = :n", "The document path provided in the update expression is invalid for update"),
        ("SET count_ = absent", "refers to an attribute that does not exist in the item"),
        ("ADD count_ :ss", "An operand in the update expression has an incorrect data type"),
        ("ADD count_ :s", "operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("SET count_ = :s + :n", "operator or function: +, operand type: S"),
        ("SET count_ = texts + :n", "An operand in the update expression has an incorrect data type"),
        ("SET count_ = :n + :n + :n", "Syntax error"),
        ("SET count_ = (count_ + count_) + count_", "Syntax error"),
        ("SET count_ = (count_ + count_", "Syntax error"),
        (f"SET count_ = {'(' * 2000}count_{')' * 1999}", "Syntax error"),
        ("SET a = list_append( list_ )", "operator or function: list_append, number of operands: 1"),
        ("HELLO a", 'Syntax error; token: "HELLO"'),
    ],
)
def test_what_is_no_update_of_the_item_is_refused(backend: Any, expression: str, message: str) -> None:
    call(backend, "put_item", TableName="Orders", Item=ITEM)

    with pytest.raises(ServiceError) as raised:
        express(backend, expression)

    assert (raised.value.code, message in raised.value.message) == ("ValidationException", True)
    assert attributes_as_json(backend) == ITEM


@pytest.mark.parametrize("members", [{}, {"AttributeUpdates": {}}])
def test_an_update_without_a_change_makes_an_item(backend: Any, members: dict[str, Any]) -> None:
    update(backend, **members)

    assert recorded(backend) == [("INSERT", None, {"id": {"S": "b"}})]


@pytest.mark.parametrize(
    "members",
    [
        {"UpdateExpression": "REMOVE x"},
        {"UpdateExpression": "REMOVE x.y"},
        {"UpdateExpression": "DELETE x :ss", "ExpressionAttributeValues": {":ss": {"SS": ["a"]}}},
        {"AttributeUpdates": {"x": {"Action": "DELETE"}}},
    ],
)
def test_an_update_that_only_removes_makes_no_item(backend: Any, members: dict[str, Any]) -> None:
    assert update(backend, **members, ReturnValues="ALL_NEW") == {}

    assert (attributes(backend, "b"), recorded(backend)) == (None, [])


@pytest.mark.parametrize(
    ("old", "action", "value", "new"),
    [
        (None, "PUT", {"BOOL": True}, {"BOOL": True}),
        ({"S": "x"}, None, {"B": "YQ=="}, {"B": "YQ=="}),
        ({"N": "7"}, "ADD", {"N": "-3.5"}, {"N": "3.5"}),
        (None, "ADD", {"N": "2"}, {"N": "2"}),
        ({"NS": ["1", "2"]}, "ADD", {"NS": ["2.0", "3"]}, {"NS": ["1", "2", "3"]}),
        ({"L": [{"N": "1"}]}, "ADD", {"L": [{"S": "a"}]}, {"L": [{"N": "1"}, {"S": "a"}]}),
        ({"BS": ["YQ==", "Yg=="]}, "DELETE", {"BS": ["Yg=="]}, {"BS": ["YQ=="]}),
        ({"SS": ["a"]}, "DELETE", {"SS": ["a"]}, None),
        ({"S": "a"}, "DELETE", None, None),
    ],
)
def test_attribute_updates(backend: Any, old: Any, action: str | None, value: Any, new: Any) -> None:
    key = {"id": {"S": "b"}}
    call(backend, "put_item", TableName="Orders", Item={**key, **({"x": old} if old else {})})
    change = {name: given for name, given in (("Action", action), ("Value", value)) if given is not None}

    update(backend, AttributeUpdates={"x": change})

    assert attributes_as_json(backend) == {**key, **({"x": new} if new else {})}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Action": "NONE", "Value": {"S": "a"}}, "'NONE' at 'attributeUpdates.n.member.action'"),
        ({"Action": "ADD", "Value": {"S": "a"}}, "ADD action is not supported for the type S"),
        (
            {"Action": "DELETE", "Value": {"L": []}},
            "DELETE action with value is not supported for the type L",
        ),
        ({"Action": "PUT"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "PUT", "Value": {"SS": []}}, "An string set  may not be empty"),
        ({"Action": "ADD", "Value": {"N": "1"}}, "Type mismatch for attribute to update"),
    ],
)
def test_attribute_updates_that_do_not_fit_are_refused(
    backend: Any, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        update(backend, "a", AttributeUpdates={"n": change})

    assert (message in raised.value.message, attributes(backend)) == (True, A1)


def test_an_item_that_grows_above_400_kb_stays_as_it_was(backend: Any) -> None:
    item = {"id": {"S": "b"}, "t": {"S": "x" * 409_000}}
    call(backend, "put_item", TableName="Orders", Item=item)

    with pytest.raises(ServiceError, match="Item size to update has exceeded the maximum allowed size"):
        update(backend, UpdateExpression="SET u = :u", ExpressionAttributeValues={":u": {"S": "x" * 600}})

    assert attributes(backend, "b") == item


@pytest.mark.parametrize(
    "members",
    [
        {"UpdateExpression": "SET count_ = count_ + :n"},
        {"UpdateExpression": "SET count_ = count_ - :n"},
        {"UpdateExpression": "ADD count_ :n"},
        {"AttributeUpdates": {"count_": {"Action": "ADD", "Value": {"N": "1e50"}}}},
    ],
)
def test_a_sum_of_more_than_38_digits_is_an_overflow(backend: Any, members: dict[str, Any]) -> None:
    call(backend, "put_item", TableName="Orders", Item=ITEM)
    given: dict[str, Any] = (
        {"ExpressionAttributeValues": {":n": {"N": "1e50"}}} if "UpdateExpression" in members else {}
    )

    with pytest.raises(ServiceError) as raised:
        update(backend, **members, **given)

    assert raised.value.message == (
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )
    assert attributes(backend, "b") == ITEM
