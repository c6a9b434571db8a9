"""A hundred minutes of a product that sells steadily, put into the bucket as Firehose would have."""

import json
from datetime import datetime, timedelta

from bootstrap import names
from tests.conftest import Aws

PRODUCT_NAME = "Keyboard"
MINUTES = 100
# So long before the test, that nothing of it is newer than what the test itself wrote.
MINUTES_BEFORE = 3
PRICE = 110.0


def put_steady_sales(aws: Aws, now: datetime) -> None:
    """Put an object per ten minutes, until shortly before `now`: two orders of one piece in each minute."""
    s3 = aws.client("s3")
    first = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES + MINUTES_BEFORE)
    for opened in range(0, MINUTES, 10):
        times = [
            first + timedelta(minutes=opened + number // 2, seconds=number % 2 * 30) for number in range(20)
        ]
        rows = [row(f"keyboard-{opened + number / 2:g}", time) for number, time in enumerate(times)]
        folder = f"{names.ORDERS_PREFIX}year={times[0]:%Y}/month={times[0]:%m}/day={times[0]:%d}/hour={times[0]:%H}"
        s3.put_object(
            Bucket=names.BUCKET_NAME,
            Key=f"{folder}/{names.DELIVERY_STREAM_NAME}-1-{times[0]:%Y-%m-%d-%H-%M-%S}-steady.json",
            Body="".join(json.dumps(line) + "\n" for line in rows).encode(),
        )


def row(order_id: str, time: datetime) -> dict[str, object]:
    """Return the delivered row of a new order."""
    return {
        "orderid": order_id,
        "product_name": PRODUCT_NAME,
        "quantity": 1,
        "price": PRICE,
        "event_id": f"event-{order_id}",
        "event_name": "INSERT",
        "event_time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sequence_number": f"{int(time.timestamp())}",
    }
