"""Names in requests."""

from collections.abc import Mapping
from typing import Any

_NAMES = ("Name", "DatabaseName", "TableName")


def folded(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request with the names of databases and tables in lower case, as Glue stores them.

    https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html
    """
    changed = dict(request)
    for name in _NAMES:
        if changed.get(name):
            changed[name] = changed[name].lower()
    for name in ("DatabaseInput", "TableInput"):
        if name in changed:
            changed[name] = changed[name] | {"Name": changed[name]["Name"].lower()}
    if "TablesToDelete" in changed:
        changed["TablesToDelete"] = [name.lower() for name in changed["TablesToDelete"]]
    return changed
