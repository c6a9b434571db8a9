"""The order inside an item of the table, and how it is written in a sentence."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from verify.evidence import Content

NUMBER_FIELDS = ("quantity", "price")
FIELDS = ("orderid", "product_name", *NUMBER_FIELDS)


def order_in(item: Mapping[str, Mapping[str, Any]]) -> Content | None:
    """Return the order that an item holds, in DynamoDB's own notation; None when it is not a whole order.

    A number counts for what it is, not for how it is written: `3.0` and `3` are the same quantity.
    """
    try:
        quantity = Decimal(item["quantity"]["N"])
        if quantity != int(quantity):
            return None
        return Content(
            orderid=item["orderid"]["S"],
            product_name=item["product_name"]["S"],
            quantity=int(quantity),
            price=float(item["price"]["N"]),
        )
    except (KeyError, ValueError, InvalidOperation, OverflowError):
        return None


def sentence(order: Content) -> str:
    return f"{order.quantity} x {order.product_name} at {order.price:,.2f}"


def field_text(item: Mapping[str, Mapping[str, Any]], field: str) -> str:
    """Return one field for reading; a field that is absent or of another type than an order's says so."""
    attribute = item.get(field)
    if attribute is None:
        return "(missing)"
    expected = "N" if field in NUMBER_FIELDS else "S"
    descriptor, value = next(iter(attribute.items()), ("", ""))
    return f"{value}" if descriptor == expected else f"{value} (type {descriptor})"
