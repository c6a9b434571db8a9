"""The answers of operations on items, without what moto puts into them unasked."""

from collections.abc import Mapping
from typing import Any

# Members that are there on request only, by the member that asks for them.
_ASKED_BY = {
    "ConsumedCapacity": "ReturnConsumedCapacity",
    "ItemCollectionMetrics": "ReturnItemCollectionMetrics",
}


def as_asked(answer: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer without measures that were not asked for."""
    return {
        name: value
        for name, value in answer.items()
        if name not in _ASKED_BY or request.get(_ASKED_BY[name], "NONE") != "NONE"
    }
