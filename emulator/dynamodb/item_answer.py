"""The answers of operations on items, without what moto puts into them unasked."""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.parsing import ast_nodes
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

# Members that are there on request only, by the member that asks for them.
_ASKED_BY = {
    "ConsumedCapacity": "ReturnConsumedCapacity",
    "ItemCollectionMetrics": "ReturnItemCollectionMetrics",
    # moto's own.
    "ConsumedCapacityUnits": "",
}


_ACTIONS = [
    ast_nodes.UpdateExpressionSetAction,
    ast_nodes.UpdateExpressionRemoveAction,
    ast_nodes.UpdateExpressionAddAction,
    ast_nodes.UpdateExpressionDeleteAction,
]

Attributes = Mapping[str, Any]


def as_asked(answer: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer without measures that were not asked for, and Attributes only where there are any."""
    return {
        name: value
        for name, value in answer.items()
        if (name != "Attributes" or value)
        and (name not in _ASKED_BY or request.get(_ASKED_BY[name], "NONE") != "NONE")
    }


def updated_new(changed: Attributes, request: Mapping[str, Any], item: Attributes) -> dict[str, Any]:
    """Return what an update has set, for UPDATED_NEW: of `item`, as it is now, or of what `changed` in maps and lists.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    """
    named = {name: item[name] for name in _updated_names(request) if name in item}
    kept = {name: value for name, value in changed.items() if name not in request["Key"]}
    return kept | named


def _updated_names(request: Mapping[str, Any]) -> set[str]:
    """Return the names of the attributes that an update names as a whole."""
    if "UpdateExpression" not in request:
        return set(request.get("AttributeUpdates") or {})
    placeholders = request.get("ExpressionAttributeNames") or {}
    names = set()
    for action in UpdateExpressionParser.make(request["UpdateExpression"].strip()).find_clauses(_ACTIONS):
        path = action.children[0].children
        if len(path) == 1:
            name = path[0].to_str()
            names.add(placeholders.get(name, name))
    return names
