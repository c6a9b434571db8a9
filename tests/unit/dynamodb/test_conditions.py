"""Conditions on items, with the semantics and messages of AWS.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
What the page does not say is known from ScyllaDB's and Dynalite's tests, which are run against AWS too.
"""

from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType

from emulator.dynamodb.expressions.comparisons import parse_expected
from emulator.dynamodb.expressions.conditions import parse_condition
from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.item_write import is_reserved
from emulator.errors import ServiceError

# Values hold numbers in one way.
pytestmark = pytest.mark.usefixtures("_provider")

ITEM = {
    "n": {"N": "2"},
    "t": {"S": "hello"},
    "b": {"B": "aGVsbG8="},
    "flag": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["x", "y"]},
    "numbers": {"NS": ["1", "2"]},
    "blobs": {"BS": ["YQ==", "Yg=="]},
    "many": {"L": [{"N": "1"}, {"S": "x"}, {"M": {"deep": {"N": "7"}}}]},
    "mapped": {"M": {"a": {"S": "x"}, "other": {"N": "3"}}},
}
VALUES = {
    ":n": {"N": "2"},
    ":one": {"N": "1.0"},
    ":ten": {"N": "10"},
    ":hello": {"S": "hello"},
    ":hell": {"S": "hell"},
    ":x": {"S": "x"},
    ":two": {"S": "2"},
    ":a": {"B": "YQ=="},
    ":yx": {"SS": ["y", "x"]},
    ":list": {"L": [{"N": "1"}]},
    ":type": {"S": "SS"},
    ":dog": {"S": "DOG"},
}


def holds(text: str, item: Any = ITEM, usage: str = "ConditionExpression", names: Any = None) -> bool:
    """Tell whether a condition holds of an item."""
    given = {name: value for name, value in VALUES.items() if name in text}
    request = {"ExpressionAttributeValues": given or None, "ExpressionAttributeNames": names}
    condition = parse_condition(text, usage, Placeholders(request, DynamoType, is_reserved))
    return condition({name: DynamoType(value) for name, value in item.items()} if item is not None else None)


@pytest.mark.parametrize(
    "text",
    [
        "n = :n",
        "n <> :two",
        "n < :ten AND n >= :one",
        "t > :hell",
        "texts = :yx",
        "absent <> :n",
        "absent <> gone",
        "n BETWEEN :one AND :ten",
        "t IN (:x, :hello)",
        "begins_with(t, :hell)",
        "contains(t, :hell)",
        "contains(texts, :x)",
        "contains(blobs, :a)",
        "contains(many, :x)",
        "contains(numbers, :one)",
        "attribute_exists(mapped.a) AND attribute_not_exists(mapped.b)",
        "attribute_type(texts, :type)",
        "size(texts) = :n",
        "size(b) > size(mapped)",
        "many[0] = :one",
        "many[2].deep < :ten",
        "NOT NOT NOT n = :one",
        # AND before OR, NOT before AND
        "n = :n OR n = :one AND n = :one",
        "NOT n = :one AND n = :n",
        "(n = :n or n = :one) aNd n = :n",
        "(n) = (:n)",
    ],
)
def test_what_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "n = :two",
        "absent = gone",
        "absent < :ten",
        "t < :ten",
        "flag < n",
        "n BETWEEN t AND n",
        "absent IN (:x)",
        "begins_with(n, :x)",
        "contains(n, :x)",
        "contains(texts, :one)",
        "size(n) = :one",
        "many[9] = :one",
        "n.deep = :one",
        "attribute_exists(many[3])",
        "attribute_type(absent, :type)",
    ],
)
def test_what_does_not_hold(text: str) -> None:
    assert not holds(text)


def test_of_no_item_hold_the_conditions_that_ask_for_nothing() -> None:
    assert holds("attribute_not_exists(id)", None)
    assert not holds("attribute_exists(id)", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The expression can not be empty;"),
        ("n", 'Syntax error; token: "<EOF>", near: "n"'),
        ("n = :n)", 'Syntax error; token: ")", near: ":n)"'),
        ("n IN ()", "Syntax error"),
        ("NOT n", "Syntax error"),
        ("_n = :n", 'Syntax error; token: "_"'),
        ("n = :zzz", "attribute value used in expression is not defined; attribute value: :zzz"),
        ("#zzz = :n", "name used in the document path is not defined; attribute name: #zzz"),
        ("status = :n", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("dog(n) = :n", "Invalid function name; function: dog"),
        ("list_append(n, n) = :n", "not allowed"),
        ("size(n)", "The function is not allowed to be used this way in an expression; function: size"),
        ("contains(n, :x) = :n", "used this way in an expression; function: contains"),
        ("attribute_exists(:n)", "requires a document path; operator or function: attribute_exists"),
        ("size(n, t) = :n", "operator or function: size, number of operands: 2"),
        ("size(:n) = :n", "operator or function: size, operand type: N"),
        ("begins_with(t, :n)", "operator or function: begins_with, operand type: N"),
        ("n < :list", "operator or function: <, operand type: L"),
        ("attribute_type(n, :dog)", "Invalid attribute type name found; type: DOG"),
        ("n BETWEEN :n AND :one", "requires upper bound to be greater than or equal to lower bound"),
        ("n BETWEEN :n AND :x", "requires same data type for lower and upper bounds"),
        ("n = n", "first operand must be distinct from the remaining operands"),
        ("((n = :n))", "The expression has redundant parentheses;"),
        ("n = :n OR " * 200 + "n = :n", "too many operators; operator count: 301"),
        ("n = :n OR " * 500, "maximum allowed size; expression size: 5000"),
        ("(" * 4000, "Syntax error"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as raised:
        holds(text, usage="FilterExpression")

    assert raised.value.code == "ValidationException"
    assert raised.value.message.startswith("Invalid FilterExpression: ")
    assert message in raised.value.message


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"Value": {"N": "2.0"}}, True),
        ({"Exists": False}, False),
        ({"ComparisonOperator": "NE", "AttributeValueList": [{"S": "2"}]}, True),
        ({"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "2"}]}, True),
        ({"ComparisonOperator": "IN", "AttributeValueList": [{"N": "1"}]}, False),
        ({"ComparisonOperator": "NULL"}, False),
        ({"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "2"}]}, True),
    ],
)
def test_the_older_conditions_hold_as_the_newer_do(entry: dict[str, Any], expected: bool) -> None:
    condition = parse_expected({"Expected": {"n": entry}}, DynamoType)

    assert condition is not None
    assert condition({"n": DynamoType({"N": "2"})}) == expected


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"Expected": {"n": {}}}, "Value must be provided when Exists is null for Attribute: n"),
        ({"Expected": {"n": {"Exists": False, "Value": {"S": "x"}}}}, "cannot be used when Exists is false"),
        (
            {"Expected": {"n": {"ComparisonOperator": "LT", "AttributeValueList": [{"BOOL": True}]}}},
            "ComparisonOperator LT is not valid for BOOL AttributeValue type",
        ),
        (
            {"Expected": {"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}]}}},
            "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ),
        ({"ConditionalOperator": "OR"}, "ConditionalOperator cannot be used without Filter or Expected"),
    ],
)
def test_an_older_condition_whose_members_do_not_go_together_is_refused(
    request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        parse_expected(request_, DynamoType)

    assert message in raised.value.message
