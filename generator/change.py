"""Draws the sequence of changes to the table: orders, updates, cancellations and malformed items."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from generator.order import Item, Order, draw_order, draw_update


class ChangeKind(StrEnum):
    """What a change does to the table."""

    ORDER = "order"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    MALFORMED = "malformed item"


@dataclass(frozen=True, slots=True)
class Change:
    """One write: the item to put, or None to delete the one with this id."""

    kind: ChangeKind
    order_id: str
    item: Item | None
    text: str


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of all changes are of each kind, from 0 to 1; the rest are orders."""

    update: float = 0
    cancellation: float = 0
    malformed: float = 0


class KnownOrders:
    """The orders in the table as far as this run wrote them; picks one at random in constant time."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._order_ids: list[str] = []
        self._positions: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._order_ids)

    def put(self, order: Order) -> None:
        """Remember an order, in the place of the one with the same id."""
        if order.order_id not in self._orders:
            self._positions[order.order_id] = len(self._order_ids)
            self._order_ids.append(order.order_id)
        self._orders[order.order_id] = order

    def delete(self, order_id: str) -> None:
        """Forget an order."""
        last = self._order_ids.pop()
        position = self._positions.pop(order_id)
        if last != order_id:
            self._order_ids[position] = last
            self._positions[last] = position
        del self._orders[order_id]

    def pick(self, random: Random) -> Order:
        """Draw one of the orders."""
        return self._orders[random.choice(self._order_ids)]


def draw_changes(random: Random, shares: Shares) -> Iterator[Change]:
    """Draw changes without end; the same random seed and shares give the same changes.

    Updates and cancellations are of orders drawn before, so the changes must be written in this order.
    While there is no such order, a new one is drawn in their place.
    """
    known = KnownOrders()
    while True:
        share = random.random()
        if share < shares.malformed:
            yield draw_malformed(random)
        elif share < shares.malformed + shares.update and known:
            order = draw_update(random, known.pick(random))
            known.put(order)
            yield Change(ChangeKind.UPDATE, order.order_id, order.item(), str(order))
        elif shares.malformed + shares.update <= share < _sum(shares) and known:
            order = known.pick(random)
            known.delete(order.order_id)
            yield Change(ChangeKind.CANCELLATION, order.order_id, None, str(order))
        else:
            order = draw_order(random)
            known.put(order)
            yield Change(ChangeKind.ORDER, order.order_id, order.item(), str(order))


def _sum(shares: Shares) -> float:
    return shares.malformed + shares.update + shares.cancellation


def _without_price(item: Item) -> str:
    del item["price"]
    return "without a price"


def _without_product_name(item: Item) -> str:
    del item["product_name"]
    return "without a product name"


def _quantity_in_words(item: Item) -> str:
    item["quantity"] = {"S": "several"}
    return "with the quantity in words"


def _broken_quantity(item: Item) -> str:
    item["quantity"] = {"N": "1.5"}
    return "with a quantity that is not whole"


def _price_in_words(item: Item) -> str:
    item["price"] = {"S": "to be agreed"}
    return "with the price in words"


DAMAGES: Final[tuple[Callable[[Item], str], ...]] = (
    _without_price,
    _without_product_name,
    _quantity_in_words,
    _broken_quantity,
    _price_in_words,
)


def draw_malformed(random: Random) -> Change:
    """Draw an item that the table accepts and the transform cannot read, under an id that no order has."""
    order_id = f"malformed-{random.getrandbits(40):010x}"
    item = draw_order(random).item()
    item["orderid"] = {"S": order_id}
    damage = random.choice(DAMAGES)
    return Change(ChangeKind.MALFORMED, order_id, item, damage(item))
