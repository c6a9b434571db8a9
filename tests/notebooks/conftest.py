"""What the notebooks are run on."""

import pytest

from bootstrap import names
from tests.conftest import Aws
from tests.hops import delivered_rows
from tests.polling import poll_until


@pytest.fixture(scope="module")
def sold(chain: None, aws: Aws) -> list[dict[str, str]]:
    """Write orders, change one and cancel one; return the sums that must come out once all is delivered."""
    dynamodb = aws.client("dynamodb")

    def put(order_id: str, product_name: str, quantity: int, price: str) -> None:
        item = {
            "orderid": {"S": order_id},
            "product_name": {"S": product_name},
            "quantity": {"N": str(quantity)},
            "price": {"N": price},
        }
        dynamodb.put_item(TableName=names.TABLE_NAME, Item=item)

    put("1", "Laptop", 2, "250.50")
    put("2", "Laptop", 1, "499.99")
    put("3", "Phone", 5, "19.90")
    put("4", "Charger", 1, "10.00")
    put("3", "Phone", 4, "19.90")
    put("5", "Tablet", 3, "100.00")
    dynamodb.delete_item(TableName=names.TABLE_NAME, Key={"orderid": {"S": "5"}})
    poll_until("seven rows", lambda: len(delivered_rows(aws)) >= 7)
    return [
        {"product_name": "Laptop", "orders": "2", "quantity": "3", "revenue": "1000.99"},
        {"product_name": "Phone", "orders": "1", "quantity": "4", "revenue": "79.60"},
        {"product_name": "Charger", "orders": "1", "quantity": "1", "revenue": "10.00"},
    ]
