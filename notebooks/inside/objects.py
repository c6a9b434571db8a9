"""Shows which orders came to lie in which object."""

import pandas as pd

from .buffering import buffering_hints
from .clients import Clients
from .orders import own_orders
from .watch import Watch


def objects_at_interval(
    clients: Clients, interval_in_seconds: int, count: int = 16, over_seconds: float = 8
) -> pd.DataFrame:
    """Write orders evenly while the buffer before S3 has that interval; return the objects that they came to lie in.

    Raises:
        InsideError: they do not come through in time.
    """
    with own_orders(clients) as orders, buffering_hints(clients, interval_in_seconds):
        watch = Watch(clients)
        written = orders.write_many(count, over_seconds)
        watch.wait_until_delivered(written)
    return objects(watch, written)


def objects(watch: Watch, order_ids: list[str]) -> pd.DataFrame:
    """Return a line per object that holds some of the orders, in the order of delivery."""
    ours = set(order_ids)
    lines = pd.DataFrame(
        [
            (
                line.key.rpartition("/")[2],
                line.object_time,
                line.object_bytes,
                line.value.get("orderid") in ours,
            )
            for line in watch.rows.lines
        ],
        columns=["object", "delivered (UTC)", "bytes", "ours"],
    )
    found = lines.groupby(["object", "delivered (UTC)", "bytes"], as_index=False).agg(
        records=("ours", "size"), ours=("ours", "sum")
    )
    found["delivered (UTC)"] = pd.to_datetime(found["delivered (UTC)"], utc=True).dt.tz_localize(None)
    found = found[found["ours"] > 0].sort_values(["delivered (UTC)", "object"])
    return found.reset_index(drop=True)
