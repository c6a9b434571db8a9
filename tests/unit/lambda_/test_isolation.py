"""What is said of a system that cannot keep functions apart."""

import pytest

from emulator.lambda_.isolation import FIRST_VERSION, FIRST_VERSION_WITH_SIGNALS, missing_isolation


@pytest.mark.parametrize(
    ("version", "signal", "read"),
    [
        (0, True, True),
        (FIRST_VERSION - 1, True, True),
        (FIRST_VERSION, True, False),
        (FIRST_VERSION_WITH_SIGNALS - 1, True, False),
        (FIRST_VERSION_WITH_SIGNALS, False, False),
    ],
)
def test_what_functions_can_do_to_one_another_is_said(version: int, signal: bool, read: bool) -> None:
    # WHEN
    said = missing_isolation(version) or ""

    # THEN
    assert ("can signal" in said, "read" in said) == (signal, read)
