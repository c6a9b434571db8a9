"""Puts back what an earlier run left, when it ended in the middle of an experiment."""

import io
import json
import zipfile

from bootstrap import names

from .clients import Clients
from .failing import MISSING
from .function import code, configuration, set_code, set_handler
from .observing import CONFIGURATION_NAME, HANDLER, ORIGINAL_NAME
from .orders import ID_PREFIX, OwnOrders


def recover(clients: Clients) -> list[str]:
    """Put back the function's handler and code and cancel the orders of earlier runs; return what was done."""
    done = []
    found = configuration(clients)["Handler"]
    if found.endswith(MISSING):
        set_handler(clients, found.removesuffix(MISSING))
        done.append(f"handler {found.removesuffix(MISSING)}")
    if found == HANDLER:
        with zipfile.ZipFile(io.BytesIO(code(clients))) as zip_file:
            told = json.loads(zip_file.read(CONFIGURATION_NAME))
            original = zip_file.read(ORIGINAL_NAME)
        set_handler(clients, told["handler"])
        set_code(clients, original)
        done.append(f"code and handler {told['handler']}")
    left = _own_order_ids(clients)
    OwnOrders(clients, ids=left.copy()).cancel()
    return [*done, *(f"order {order_id} cancelled" for order_id in left)]


def _own_order_ids(clients: Clients) -> list[str]:
    pages = clients.dynamodb.get_paginator("scan").paginate(
        TableName=names.TABLE_NAME,
        ProjectionExpression="orderid",
        FilterExpression="begins_with(orderid, :prefix)",
        ExpressionAttributeValues={":prefix": {"S": ID_PREFIX}},
    )
    return [str(item["orderid"]["S"]) for page in pages for item in page["Items"]]
