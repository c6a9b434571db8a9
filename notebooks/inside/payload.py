"""A payload as it is, shown as JSON."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Payload:
    """What was found at a hop; a notebook shows it as indented JSON."""

    value: Any

    def __repr__(self) -> str:
        return json.dumps(self.value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    """Return what JSON has no type for: boto3 gives times as datetime and binary data as bytes."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
