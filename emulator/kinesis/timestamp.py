"""Timestamps of requests in JSON, to the fraction of a second that the client sent."""

import json
from datetime import UTC, datetime
from typing import Any


def exact_timestamp(parsed: datetime | None, content_type: str, body: bytes, *path: str) -> datetime | None:
    """Return the timestamp at a path of a request, which LocalStack's parser cuts to whole seconds in JSON.

    boto3 itself sends whole seconds; the clients of other languages send fractions.
    """
    if parsed is None or "json" not in content_type:
        return parsed
    value: Any = json.loads(body)
    for name in path:
        value = value[name]
    return datetime.fromtimestamp(float(value), UTC)
