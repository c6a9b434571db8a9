"""The answers of operations on items, without what moto puts into them unasked."""

from collections.abc import Iterable, Mapping
from typing import Any

# Members that are there on request only, by the member that asks for them.
_ASKED_BY = {
    "ConsumedCapacity": "ReturnConsumedCapacity",
    "ItemCollectionMetrics": "ReturnItemCollectionMetrics",
    # moto's own.
    "ConsumedCapacityUnits": "",
}


def as_asked(
    answer: Mapping[str, Any], request: Mapping[str, Any], key_names: Iterable[str]
) -> dict[str, Any]:
    """Return an answer without measures that were not asked for, and Attributes only where there are any.

    The names of a table's key attributes are left out of UPDATED_NEW: an update cannot change them.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    """
    kept = {
        name: value
        for name, value in answer.items()
        if name not in _ASKED_BY or request.get(_ASKED_BY[name], "NONE") != "NONE"
    }
    attributes = kept.pop("Attributes", {})
    if request.get("ReturnValues") == "UPDATED_NEW":
        attributes = {name: value for name, value in attributes.items() if name not in set(key_names)}
    if attributes:
        kept["Attributes"] = attributes
    return kept
