"""What PartiQL statements leave in a table's stream: what the ordinary writes leave.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from typing import Any

import pytest
from moto.dynamodb.exceptions import DynamodbException

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
        ("DELETE FROM \"Orders\" WHERE id='a'", [], [("REMOVE", A1, None)]),
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
