"""The orders of an experiment: told from the generator's by their id, and cancelled when the experiment is over."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING

from bootstrap import names

from .clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# The generator's ids are numbers.
ID_PREFIX = "inside-"
PRODUCTS = ("Laptop", "Phone", "Tablet", "Headphones", "Charger")


@dataclass(slots=True)
class OwnOrders:
    """Writes orders, and remembers the ids of those that are in the table."""

    clients: Clients
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    ids: list[str] = field(default_factory=list)

    def write(
        self,
        product_name: str = "Laptop",
        quantity: int = 1,
        price: str | None = "100.00",
        order_id: str | None = None,
    ) -> str:
        """Write an order and return its id; without a price it is one that the function cannot read.

        With an order's id, that order is changed.
        """
        if order_id is None:
            order_id = f"{ID_PREFIX}{self.run}-{len(self.ids) + 1}"
            self.ids.append(order_id)
        item: dict[str, AttributeValueTypeDef] = {
            "orderid": {"S": order_id},
            "product_name": {"S": product_name},
            "quantity": {"N": str(quantity)},
        }
        if price is not None:
            item["price"] = {"N": price}
        self.clients.dynamodb.put_item(TableName=names.TABLE_NAME, Item=item)
        return order_id

    def write_many(self, count: int, over_seconds: float = 0) -> list[str]:
        """Write orders of every product in turn, evenly over a time; return their ids."""
        start = time.monotonic()
        written = []
        for number, product_name in zip(range(count), cycle(PRODUCTS), strict=False):
            time.sleep(max(0.0, start + over_seconds * number / count - time.monotonic()))
            written.append(self.write(product_name, quantity=1 + number % 5))
        return written

    def cancel(self) -> None:
        """Delete the orders from the table; each becomes a REMOVE that travels through the chain."""
        for order_id in self.ids:
            self.clients.dynamodb.delete_item(TableName=names.TABLE_NAME, Key={"orderid": {"S": order_id}})
        self.ids.clear()


@contextmanager
def own_orders(clients: Clients) -> Iterator[OwnOrders]:
    """Write orders that are cancelled at the end, so that the sales are what they were."""
    orders = OwnOrders(clients)
    try:
        yield orders
    finally:
        orders.cancel()
