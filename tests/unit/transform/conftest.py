"""Loads the shared sample payloads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EVENTS = Path(__file__).parents[2] / "events"


@pytest.fixture
def load_event() -> Callable[[str], dict[str, Any]]:
    """Return a function that reads one file of tests/events by its name."""

    def load(name: str) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
        return event

    return load
