"""A transaction that is sent again with its token changes nothing.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from typing import Any

import pytest
from moto.dynamodb.exceptions import TransactionCanceledException

from emulator.dynamodb.idempotency import CompletedTransactions
from emulator.dynamodb.lookup import table_of_items
from emulator.dynamodb.transaction import transact_write_items
from emulator.errors import ServiceError
from tests.clock import ManualClock
from tests.unit.dynamodb.records import A1, A2, recorded

ACTIONS = [{"Put": {"TableName": "Orders", "Item": A2}}]


def transact(backend: Any, completed: CompletedTransactions, token: str, **members: Any) -> dict[str, Any]:
    """Carry a transaction out."""
    request = {"TransactItems": ACTIONS, "ClientRequestToken": token, **members}
    return transact_write_items(request, lambda name: table_of_items(backend, name), completed)


def test_the_same_request_is_carried_out_once_in_ten_minutes(backend: Any) -> None:
    clock = ManualClock()
    completed = CompletedTransactions(clock)
    undo = [{"Put": {"TableName": "Orders", "Item": A1}}]

    # GIVEN a transaction, and another that undoes it
    transact(backend, completed, "one")
    transact(backend, completed, "two", TransactItems=undo)

    # WHEN the first is sent again, within ten minutes and later
    clock.advance(9 * 60)
    transact(backend, completed, "one", ReturnConsumedCapacity="TOTAL")
    within = len(recorded(backend))
    clock.advance(2 * 60)
    transact(backend, completed, "one")

    # THEN it changes something later only
    assert (within, recorded(backend)[-1], len(recorded(backend))) == (2, ("MODIFY", A1, A2), 3)


def test_another_request_with_a_token_that_was_used_is_refused(backend: Any) -> None:
    completed = CompletedTransactions()
    transact(backend, completed, "one")

    with pytest.raises(ServiceError) as raised:
        transact(backend, completed, "one", TransactItems=[{"Put": {"TableName": "Orders", "Item": A1}}])

    assert raised.value.code == "IdempotentParameterMismatchException"


def test_a_request_that_was_refused_may_be_sent_again(backend: Any) -> None:
    completed = CompletedTransactions()
    bad = [{"Put": {"TableName": "Orders", "Item": {}}}]
    with pytest.raises(TransactionCanceledException):
        transact(backend, completed, "one", TransactItems=bad)

    transact(backend, completed, "one")

    assert recorded(backend) == [("MODIFY", A1, A2)]


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", "Member must have length greater than or equal to 1"),
        ("x" * 37, "Member must have length less than or equal to 36"),
    ],
)
def test_a_token_has_1_to_36_characters(backend: Any, token: str, message: str) -> None:
    completed = CompletedTransactions()
    transact(backend, completed, "x" * 36)

    with pytest.raises(ServiceError) as raised:
        transact(backend, completed, token)

    assert (raised.value.code, message in raised.value.message) == ("ValidationException", True)


def test_all_tokens_that_are_too_old_are_forgotten(backend: Any) -> None:
    clock = ManualClock()
    completed = CompletedTransactions(clock)
    for token in ("one", "two", "three"):
        transact(backend, completed, token)
    clock.advance(11 * 60)

    # Another request may have any of them now.
    undo = [{"Put": {"TableName": "Orders", "Item": A1}}]
    for token in ("one", "two", "three"):
        transact(backend, completed, token, TransactItems=undo)

    assert recorded(backend)[-1] == ("MODIFY", A2, A1)
