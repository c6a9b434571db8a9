"""Draws random orders, as many kinds and as large as a shop for electronics sells them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PRODUCT_NAMES: Final = ("Laptop", "Phone", "Tablet", "Headphones", "Charger")
HIGHEST_ORDER_ID: Final = 10_000
HIGHEST_QUANTITY: Final = 5
LOWEST_PRICE_IN_CENTS: Final = 10_00
HIGHEST_PRICE_IN_CENTS: Final = 500_00

Item = dict[str, "AttributeValueTypeDef"]


@dataclass(frozen=True, slots=True)
class Order:
    """One order, as the table holds it."""

    order_id: str
    product_name: str
    quantity: int
    price: Decimal

    def item(self) -> Item:
        """Return the order in DynamoDB's own notation, where a number is text."""
        return {
            "orderid": {"S": self.order_id},
            "product_name": {"S": self.product_name},
            "quantity": {"N": str(self.quantity)},
            "price": {"N": str(self.price)},
        }

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_name} at {self.price}"


def draw_order(random: Random) -> Order:
    """Draw an order; ids repeat, so that the table sees orders overwritten."""
    return Order(
        order_id=str(random.randint(1, HIGHEST_ORDER_ID)),
        product_name=random.choice(PRODUCT_NAMES),
        quantity=random.randint(1, HIGHEST_QUANTITY),
        price=Decimal(random.randint(LOWEST_PRICE_IN_CENTS, HIGHEST_PRICE_IN_CENTS)).scaleb(-2),
    )


def draw_update(random: Random, order: Order) -> Order:
    """Draw another quantity of the same order; never the one it has, which would change nothing."""
    others = [quantity for quantity in range(1, HIGHEST_QUANTITY + 1) if quantity != order.quantity]
    return replace(order, quantity=random.choice(others))
