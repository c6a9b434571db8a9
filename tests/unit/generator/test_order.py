"""Random orders."""

from decimal import Decimal
from random import Random

from generator.order import Order, draw_order, draw_update


def test_orders_stay_within_the_seeds_ranges() -> None:
    # WHEN many orders are drawn
    random = Random(1)
    orders = [draw_order(random) for _ in range(5_000)]

    # THEN every field takes the values that the seed's generator gives it
    assert {order.product_name for order in orders} == {"Laptop", "Phone", "Tablet", "Headphones", "Charger"}
    assert {order.quantity for order in orders} == {1, 2, 3, 4, 5}
    assert all(1 <= int(order.order_id) <= 10_000 for order in orders)
    assert all(Decimal("10.00") <= order.price <= Decimal("500.00") for order in orders)
    assert {order.price.as_tuple().exponent for order in orders} == {-2}


def test_item_has_the_seeds_attributes_in_dynamodb_notation() -> None:
    # GIVEN an order
    order = Order("383", "Charger", 1, Decimal("380.60"))

    # WHEN its item is made
    item = order.item()

    # THEN numbers are text
    assert item == {
        "orderid": {"S": "383"},
        "product_name": {"S": "Charger"},
        "quantity": {"N": "1"},
        "price": {"N": "380.60"},
    }


def test_update_keeps_the_order_and_changes_its_quantity() -> None:
    # GIVEN an order of each quantity
    random = Random(1)
    orders = [Order("383", "Charger", quantity, Decimal("380.66")) for quantity in range(1, 6)] * 100

    # WHEN each is updated
    updates = [draw_update(random, order) for order in orders]

    # THEN only the quantity differs, and it always does
    assert all(update.quantity != order.quantity for update, order in zip(updates, orders, strict=True))
    assert {(update.order_id, update.product_name, update.price) for update in updates} == {
        ("383", "Charger", Decimal("380.66"))
    }
    assert {update.quantity for update in updates} == {1, 2, 3, 4, 5}
