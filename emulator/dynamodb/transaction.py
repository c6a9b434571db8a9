"""TransactWriteItems: every write is made, or none.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from moto.dynamodb.exceptions import ConditionalCheckFailed, TransactionCanceledException
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from emulator.dynamodb import attribute_value, consumption, item_store, item_write
from emulator.dynamodb.idempotency import CompletedTransactions
from emulator.dynamodb.item_write import FindTable, ItemWrite, Request, check_enumerations
from emulator.dynamodb.key_schema import Attributes, KeySchema
from emulator.dynamodb.refusal import ItemFault, serialization_error, validation_error
from emulator.dynamodb.stored_value import plain_attributes
from emulator.errors import ServiceError

MAXIMUM_ACTIONS = 100
MAXIMUM_PAYLOAD_BYTES = 4 * 1024 * 1024
MAXIMUM_TOKEN_CHARACTERS = 36
_PAYLOAD = ("Item", "Key", "ExpressionAttributeValues")
_UNITS_OF_A_WRITE = 2
_VALIDATION_ERROR = "ValidationError"
Prepared = TypeVar("Prepared")
_ENUMERATIONS = {
    "ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE"),
    "ReturnItemCollectionMetrics": ("SIZE", "NONE"),
}
_KINDS: Mapping[str, Callable[[FindTable, Request], ItemWrite]] = {
    "ConditionCheck": item_write.check,
    "Put": item_write.put,
    "Delete": item_write.delete,
    "Update": item_write.update,
}


def transact_write_items(
    request: Request,
    find_table: Callable[[str], Table],
    completed: CompletedTransactions,
    request_bytes: float = math.inf,
) -> dict[str, Any]:
    """Carry a transaction out, unless it has been already, and return the answer.

    The caller keeps others away from the tables. `request_bytes` is how long the request's JSON is.
    What a transaction that is sent again would read is not told.

    Raises:
        ServiceError: DynamoDB refuses the request.
        TransactionCanceledException: a condition does not hold, an item cannot be changed so, or is not taken.
    """
    check_enumerations(request, _ENUMERATIONS)
    _check_token(request.get("ClientRequestToken"))
    if completed.contains(request):
        return {}
    # 1. The requests by themselves, 2. with the items as they are, 3. the writes: what fails has written nothing.
    actions = [_action(one) for one in actions_of(request)]
    prepared = each_taken(
        partial(_KINDS[kind], partial(find_table, name), one) for kind, name, one in actions
    )
    writes = [(name, write) for (_, name, _), write in zip(actions, prepared, strict=True)]
    check_distinct([(write.table, write.key) for _, write in writes])
    if request_bytes > MAXIMUM_PAYLOAD_BYTES:  # no payload counts more than its JSON
        _check_payload([action for _, _, action in actions])
    outcomes = _outcomes([write for _, write in writes])
    usage: dict[str, consumption.Usage] = {}
    for (name, write), (old, new) in zip(writes, outcomes, strict=True):
        if new is not old:
            item_store.replace(write.table, write.keys, old, new)
        used = usage.setdefault(name, consumption.Usage(name, write.table, _UNITS_OF_A_WRITE))
        used.add(plain_attributes(new.attrs) if new is not None else write.key, new, old)
    completed.add(request)
    return consumption.answer(request, usage.values())


def actions_of(request: Request) -> list[Any]:
    """Return the members of a transaction, which has at least one and not more than a hundred.

    Raises:
        ServiceError: it has others.
    """
    actions = request.get("TransactItems")
    if actions is None:
        raise _fault("Value null at 'transactItems'", "Member must not be null")
    if not isinstance(actions, list) or not all(isinstance(one, dict) for one in actions):
        raise serialization_error("Unexpected field type")
    if not actions:
        raise _fault("Value '[]' at 'transactItems'", "Member must have length greater than or equal to 1")
    if len(actions) > MAXIMUM_ACTIONS:
        raise _fault(
            "Value at 'transactItems'", f"Member must have length less than or equal to {MAXIMUM_ACTIONS}"
        )
    return actions


def _action(one: Mapping[str, Any]) -> tuple[str, str, Request]:
    """Return the kind, table name and members of an action."""
    kinds = [kind for kind in _KINDS if one.get(kind) is not None]
    if len(kinds) != 1:
        raise validation_error(
            "TransactItems can only contain one of Check, Put, Update or Delete"
            if kinds
            else "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
        )
    action = one[kinds[0]]
    if not isinstance(action, dict):
        raise serialization_error("Unexpected field type")
    if not isinstance(action.get("TableName"), str):
        path = f"transactItems.member.{kinds[0][0].lower()}{kinds[0][1:]}.tableName"
        raise _fault(f"Value null at '{path}'", "Member must not be null")
    if kinds[0] == "Update" and action.get("UpdateExpression") is None:
        raise _fault(
            "Value null at 'transactItems.member.update.updateExpression'", "Member must not be null"
        )
    return kinds[0], action["TableName"], action


def each_taken(prepare: Iterable[Callable[[], Prepared]]) -> list[Prepared]:
    """Return the members of a transaction once it is certain that their tables take their items and keys.

    Raises:
        ServiceError: DynamoDB refuses the request.
        TransactionCanceledException: an item or key is not taken; the reason is of the first.
    """
    members: list[Prepared | ItemFault] = []
    for one in prepare:
        try:
            members.append(one())
        except ItemFault as fault:
            members.append(fault)
    faults = [number for number, member in enumerate(members) if isinstance(member, ItemFault)]
    if faults:
        reasons: list[tuple[str | None, str | None, Any]] = [(None, None, None)] * len(members)
        reasons[faults[0]] = (_VALIDATION_ERROR, str(members[faults[0]]), None)
        raise TransactionCanceledException(reasons)
    return [member for member in members if not isinstance(member, ItemFault)]


def check_distinct(items: list[tuple[Table, Attributes]]) -> None:
    """Refuse tables and keys of items that are there twice."""
    keys = {(table.name, KeySchema.of(table).identity(key)) for table, key in items}
    if len(keys) < len(items):
        raise validation_error("Transaction request cannot include multiple operations on one item")


def _check_token(token: Any) -> None:
    if token is None:
        return
    if not isinstance(token, str):
        raise serialization_error("Unexpected field type")
    if not token:
        raise _fault("Value '' at 'clientRequestToken'", "Member must have length greater than or equal to 1")
    if len(token) > MAXIMUM_TOKEN_CHARACTERS:
        raise _fault(
            f"Value '{token}' at 'clientRequestToken'",
            f"Member must have length less than or equal to {MAXIMUM_TOKEN_CHARACTERS}",
        )


def _check_payload(actions: list[Request]) -> None:
    """Refuse items, keys and values that are larger than 4 MB together; of which size items are there is no matter."""
    size = sum(
        attribute_value.size_bytes(action.get(member) or {}) for action in actions for member in _PAYLOAD
    )
    if size > MAXIMUM_PAYLOAD_BYTES:
        raise validation_error(f"Transaction payload size cannot exceed {MAXIMUM_PAYLOAD_BYTES} bytes")


def _outcomes(writes: list[ItemWrite]) -> list[tuple[Item | None, Item | None]]:
    """Return each item before and after its write, none of which is made here."""
    outcomes: list[tuple[Item | None, Item | None]] = []
    reasons: list[tuple[str | None, str | None, Any]] = []
    for write in writes:
        old = write.find()
        try:
            write.check_condition(old)
            outcomes.append((old, write.outcome(old)))
            reasons.append((None, None, None))
        except ConditionalCheckFailed:
            shown = plain_attributes(old.attrs) if write.shows_item_on_failure and old is not None else None
            reasons.append(("ConditionalCheckFailed", "The conditional request failed", shown))
        except ServiceError as error:
            reasons.append((_VALIDATION_ERROR, error.message, None))
    if any(code is not None for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    return outcomes


def _fault(value: str, rule: str) -> ServiceError:
    return validation_error(f"1 validation error detected: {value} failed to satisfy constraint: {rule}")
