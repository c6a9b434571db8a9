"""Reads back what the table of `backend` left in its stream."""

from typing import Any

# The first item, before and after an update, and another.
A1, A2 = ({"id": {"S": "a"}, "n": {"S": n}} for n in "12")
B = {"id": {"S": "b"}}
Summary = list[tuple[str, Any, Any]]


def recorded(backend: Any) -> Summary:
    """Return the event names and images of the stream, without those of the first item."""
    records = backend.tables["Orders"].stream_shard.stream.shards[0].read(0, 1000, 1 << 20)[0]
    return [
        (record["eventName"], record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage"))
        for record in records
    ][1:]
