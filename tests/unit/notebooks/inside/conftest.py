"""What the experiments are tried on."""

import pytest

from notebooks.inside import function, polling
from notebooks.inside.clients import Clients
from tests.unit.notebooks.inside.fakes import FakeAccount


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> FakeAccount:
    """An account in which nothing takes time, and a function's code is at hand instead of at a presigned address."""
    made = FakeAccount()
    monkeypatch.setattr(polling, "INTERVAL_SECONDS", 0.0)

    def code(clients: Clients) -> bytes:
        return made.lambda_.archive

    for module in ("observing", "recovery"):
        monkeypatch.setattr(f"notebooks.inside.{module}.code", code)
    assert function.code is not code
    return made
