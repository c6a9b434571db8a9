"""What PartiQL statements leave in a table's stream: what the ordinary writes leave.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from typing import Any

import pytest
from moto.dynamodb.exceptions import DynamodbException, MockValidationException

from emulator.dynamodb.partiql import with_parameters
from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import Handler
from tests.unit.dynamodb.records import A1, A2, B, Summary, recorded


def names(backend: Any) -> list[str]:
    """Return the keys of what the table holds."""
    return [item.hash_key.value for item in backend.tables["Orders"].all_items()]


@pytest.mark.parametrize(
    ("statement", "parameters", "expected"),
    [
        ("INSERT INTO \"Orders\" VALUE {'id':'b'}", [], [("INSERT", None, B)]),
        ("UPDATE \"Orders\" SET n=? WHERE id='a'", [{"S": "2"}], [("MODIFY", A1, A2)]),
        ("UPDATE \"Orders\" SET n=? WHERE id='a'", [{"S": "1"}], []),
        ("UPDATE \"Orders\" REMOVE n WHERE id='a'", [], [("MODIFY", A1, {"id": {"S": "a"}})]),
        ("UPDATE Orders SET n = 2 WHERE id='a'", [], [("MODIFY", A1, {**A1, "n": {"N": "2"}})]),
        ("UPDATE Orders SET n=-1.5 WHERE id='a'", [], [("MODIFY", A1, {**A1, "n": {"N": "-1.5"}})]),
        ("UPDATE Orders SET n=true WHERE id='a'", [], [("MODIFY", A1, {**A1, "n": {"BOOL": True}})]),
        ("INSERT INTO Orders VALUE {'id': ?}", [{"S": "b"}], [("INSERT", None, B)]),
        ("DELETE FROM \"Orders\" WHERE id='a'", [], [("REMOVE", A1, None)]),
        ('DELETE FROM Orders WHERE "id" = ? AND n = ?', [{"S": "a"}, {"S": "1"}], [("REMOVE", A1, None)]),
        ("delete from Orders where id='a' and n='2'", [], []),
        ("DELETE FROM Orders WHERE id='a' RETURNING ALL OLD *", [], [("REMOVE", A1, None)]),
        ("DELETE FROM \"Orders\" WHERE id='b'", [], []),
    ],
)
def test_a_statement_leaves_the_record_of_the_ordinary_write(
    backend: Any, statement: str, parameters: list[Any], expected: Summary
) -> None:
    backend.execute_statement(statement, parameters)

    assert recorded(backend) == expected


def test_the_statements_of_a_batch_are_recorded_each(backend: Any) -> None:
    backend.batch_execute_statement(
        [
            {"Statement": "INSERT INTO \"Orders\" VALUE {'id':'b'}"},
            {"Statement": "UPDATE Orders SET n=2 WHERE id='a'"},
            {"Statement": "DELETE FROM \"Orders\" WHERE id='a'"},
        ]
    )

    number = {**A1, "n": {"N": "2"}}
    assert recorded(backend) == [("INSERT", None, B), ("MODIFY", A1, number), ("REMOVE", number, None)]


def test_a_transaction_is_recorded_when_all_of_it_has_succeeded(backend: Any) -> None:
    backend.execute_transaction(
        [
            {"Statement": "INSERT INTO \"Orders\" VALUE {'id':'b'}"},
            {"Statement": "UPDATE \"Orders\" SET n=? WHERE id='a'", "Parameters": [{"S": "2"}]},
        ]
    )

    assert recorded(backend) == [("INSERT", None, B), ("MODIFY", A1, A2)]


def test_a_transaction_that_fails_leaves_no_record_and_no_change(backend: Any) -> None:
    # GIVEN a transaction whose last statement has a key of the wrong type
    with pytest.raises(Exception, match="Type mismatch"):
        backend.execute_transaction(
            [
                {"Statement": "INSERT INTO \"Orders\" VALUE {'id':'b'}"},
                {"Statement": "DELETE FROM \"Orders\" WHERE id='a'"},
                {"Statement": "INSERT INTO \"Orders\" VALUE {'id':1}"},
            ]
        )

    # THEN nothing has happened, and the table goes on
    assert (recorded(backend), names(backend)) == ([], ["a"])
    backend.execute_statement("INSERT INTO \"Orders\" VALUE {'id':'b'}", [])
    assert (recorded(backend), names(backend)) == ([("INSERT", None, B)], ["a", "b"])


@pytest.mark.parametrize(
    ("statement", "parameters", "expected"),
    [
        ("UPDATE T SET a=1 SET b=? WHERE id=7", [{"S": "x"}], [{"N": "1"}, {"S": "x"}, {"N": "7"}]),
        ("UPDATE T SET a='=1' SET b=? WHERE id='?'", [{"S": "x"}], [{"S": "x"}]),
        (
            "UPDATE T SET a=false SET b=null WHERE id=?",
            [{"S": "x"}],
            [{"BOOL": False}, {"NULL": True}, {"S": "x"}],
        ),
        ("INSERT INTO T VALUE {'id':1}", [], []),
    ],
)
def test_literals_of_an_update_become_parameters_in_their_order(
    statement: str, parameters: list[Any], expected: list[Any]
) -> None:
    rewritten, found = with_parameters(statement, parameters)

    assert found == expected
    assert with_parameters(rewritten, found) == (rewritten, found)


def test_an_insert_of_an_item_that_is_there_is_refused(backend: Any) -> None:
    with pytest.raises(DynamodbException, match="Duplicate primary key exists in table") as raised:
        backend.execute_statement("INSERT INTO \"Orders\" VALUE {'id':'a','n':'2'}", [])

    assert (raised.value.relative_error_type, recorded(backend)) == ("DuplicateItemException", [])


def test_an_empty_list_of_parameters_is_refused(backend: Any) -> None:
    request = {"Statement": 'SELECT * FROM "Orders"', "Parameters": []}

    with pytest.raises(ServiceError) as raised:
        Handler(backend, request).execute_statement()

    # Text recorded on AWS (LocalStack's suite).
    assert (raised.value.code, raised.value.message) == (
        "ValidationException",
        "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    )


def test_a_number_is_found_with_the_zeros_that_it_was_written_with(backend: Any) -> None:
    backend.put_item("Orders", {"id": {"S": "b"}, "price": {"N": "10.50"}})
    price = {"N": "10.50"}

    found = backend.execute_statement('SELECT * FROM "Orders" WHERE price = ?', [price])
    backend.execute_statement("UPDATE Orders SET sold=? WHERE id='b' AND price=?", [{"BOOL": True}, price])

    assert found == [{"id": {"S": "b"}, "price": {"N": "10.5"}}]
    assert recorded(backend)[-1][0] == "MODIFY"


@pytest.mark.parametrize(
    ("condition", "is_found"),
    [
        ("id='b'", True),
        ("id = 'b'", True),
        ("price=10.50", True),
        ("price>=10.5 AND id='b'", True),
        ("price<20", True),
        ("price<10.5", False),
        ("sold=false", True),
        ("sold = true", False),
        ("name='a=1, b>=?'", True),
        ("id=?", True),
    ],
)
def test_items_are_found_whatever_spaces_a_comparison_has(
    backend: Any, condition: str, is_found: bool
) -> None:
    item = {**B, "price": {"N": "10.5"}, "sold": {"BOOL": False}, "name": {"S": "a=1, b>=?"}}
    backend.put_item("Orders", item)
    backend.put_item("Orders", {**A1, "price": {"N": "20"}})

    parameters = [{"S": "b"}] if condition == "id=?" else []
    found = backend.execute_statement(f'SELECT * FROM "Orders" WHERE {condition}', parameters)

    assert found == ([item] if is_found else [])


@pytest.mark.parametrize(
    ("condition", "parameters", "names"),
    [
        ("size_ > 9", [], ["c"]),
        ("size_ >= ?", [{"N": "9"}], ["b", "c"]),
        ("size_ < 10", [], ["b"]),
        ("size_ <= ?", [{"S": "9"}], ["b"]),
        ("size_ <> ?", [{"N": "9.0"}], ["a", "c"]),
        ("name_ > ?", [{"S": "a"}], ["c"]),
    ],
)
def test_an_inequality_does_not_hold_where_there_is_nothing(
    backend: Any, condition: str, parameters: list[dict[str, Any]], names: list[str]
) -> None:
    # GIVEN an item without the attributes, and two with numbers
    backend.put_item("Orders", {"id": {"S": "b"}, "size_": {"N": "9"}})
    backend.put_item("Orders", {"id": {"S": "c"}, "size_": {"N": "10"}, "name_": {"S": "x"}})

    found = backend.execute_statement(f'SELECT * FROM "Orders" WHERE {condition}', parameters)

    assert [item["id"]["S"] for item in found] == names


def test_an_insert_has_values_of_every_type(backend: Any) -> None:
    statement = (
        "INSERT INTO \"Orders\" VALUE {'id': 'it''s', 'n': -1.50, 'yes': true, 'no': FALSE, 'none': null, "
        "'list': [1, 'a', {}], 'map': {'inner': ?}, 'texts': <<'a', 'b'>>, 'numbers': <<1, 2.0>>, 'binary': ?}"
    )

    backend.execute_statement(statement, [{"S": "p"}, {"B": "AQ=="}])

    (_, stored) = backend.tables["Orders"].all_items()
    assert stored.to_json()["Attributes"] == {
        "id": {"S": "it's"},
        "n": {"N": "-1.5"},
        "yes": {"BOOL": True},
        "no": {"BOOL": False},
        "none": {"NULL": True},
        "list": {"L": [{"N": "1"}, {"S": "a"}, {"M": {}}]},
        "map": {"M": {"inner": {"S": "p"}}},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2"]},
        "binary": {"B": "AQ=="},
    }


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("DELETE FROM Sorted WHERE customer='a' AND placed=1", []),
        ("DELETE FROM Sorted WHERE customer=? AND placed=?", [{"S": "a"}, {"N": "1.0"}]),
    ],
)
def test_a_delete_finds_a_number(backend: Any, statement: str, parameters: list[Any]) -> None:
    # GIVEN a table whose sort key is a number
    backend.create_table(
        "Sorted",
        schema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "placed", "KeyType": "RANGE"},
        ],
        throughput=None,
        attr=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "placed", "AttributeType": "N"},
        ],
        global_indexes=[],
        indexes=[],
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification={},
        tags=[],
        deletion_protection_enabled=False,
    )
    for placed in ("1", "2"):
        backend.execute_statement("INSERT INTO Sorted VALUE {'customer': 'a', 'placed': ?}", [{"N": placed}])

    backend.execute_statement(statement, parameters)

    assert [item.range_key.value for item in backend.tables["Sorted"].all_items()] == ["2"]


def test_statements_of_a_batch_take_parameters(backend: Any) -> None:
    answers = backend.batch_execute_statement(
        [
            {"Statement": "INSERT INTO Orders VALUE {'id': ?}", "Parameters": [{"S": "b"}]},
            {"Statement": "DELETE FROM Orders WHERE id = ?", "Parameters": [{"S": "a"}]},
        ]
    )

    assert [answer.get("Error") for answer in answers] == [None, None]
    assert recorded(backend) == [("INSERT", None, B), ("REMOVE", A1, None)]


@pytest.mark.parametrize(
    ("statement", "parameters", "message"),
    [
        ("INSERT INTO Orders VALUE {'id': ?}", [], "Number of parameters"),
        ("INSERT INTO Orders VALUE {'id': 'b'}", [{"S": "c"}], "Number of parameters"),
        ("DELETE FROM Orders WHERE id = ?", [], "Number of parameters"),
        ("INSERT INTO Orders VALUE 'b'", [], "well formed"),
        ("INSERT INTO Orders VALUE {'id': 'b'", [], "well formed"),
        ("INSERT INTO Orders VALUE {id: 'b'}", [], "well formed"),
        ("INSERT INTO Orders VALUE {'id': <<>>}", [], "well formed"),
        ("INSERT INTO Orders VALUE {'id': 'b'} more", [], "well formed"),
        ("DELETE FROM Orders", [], "well formed"),
        ("DELETE FROM Orders WHERE id < 'b'", [], "well formed"),
    ],
)
def test_a_write_that_cannot_be_read_is_refused(
    backend: Any, statement: str, parameters: list[Any], message: str
) -> None:
    with pytest.raises(MockValidationException, match=message):
        backend.execute_statement(statement, parameters)

    assert recorded(backend) == []


@pytest.mark.parametrize(
    "statement", ["INSERT INTO Others VALUE {'id': 'b'}", "DELETE FROM Others WHERE id = 'b'"]
)
def test_a_write_to_no_table_is_refused(backend: Any, statement: str) -> None:
    with pytest.raises(ServiceError, match="Requested resource not found"):
        backend.execute_statement(statement, [])


def test_faults_of_a_batch_have_its_codes(backend: Any) -> None:
    answers = backend.batch_execute_statement(
        [
            {"Statement": "INSERT INTO Orders VALUE {'id': 'a'}"},
            {"Statement": "INSERT INTO Orders VALUE {'id': 5}"},
            {"Statement": "INSERT INTO Orders VALUE {'id': 'b'"},
            {"Statement": "INSERT INTO Others VALUE {'id': 'b'}"},
        ]
    )

    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
    assert [answer["Error"]["Code"] for answer in answers] == [
        "DuplicateItem",
        "ValidationError",
        "ValidationError",
        "ResourceNotFound",
    ]
