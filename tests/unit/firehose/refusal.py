"""How a refused setting is read in tests."""

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.validation.destination import check_destination


def refusal(wire: dict[str, Any]) -> str:
    """Return the message with which a destination is refused."""
    with pytest.raises(ServiceError) as caught:
        check_destination(wire)
    assert caught.value.code == "InvalidArgumentException"
    return caught.value.message
