"""A guarded dispatch table takes the lock and turns service errors into the gateway's own."""

import threading
from typing import Any

import pytest

from emulator.dispatch import guarded
from emulator.errors import ServiceError


class GatewayError(Exception):
    """Stands for LocalStack's exception."""


def test_handlers_hold_the_lock_except_for_free_operations() -> None:
    # GIVEN two handlers that tell whether the lock is held
    lock = threading.Lock()

    def held(*_: Any) -> bool:
        return lock.locked()

    # WHEN one of them is named free
    table = guarded({"PutItem": held, "GetItem": held}, GatewayError, lock, free=frozenset({"GetItem"}))

    # THEN only the other holds it, and only while it runs
    assert (table["PutItem"](), table["GetItem"](), lock.locked()) == (True, False, False)


def test_a_service_error_becomes_the_gateway_s_exception() -> None:
    def fail(*_: Any) -> None:
        raise ServiceError("ValidationException", "Limit is too high", 400)

    with pytest.raises(GatewayError) as raised:
        guarded({"GetRecords": fail}, GatewayError)["GetRecords"]()

    assert raised.value.args == ("ValidationException", "Limit is too high", 400)
