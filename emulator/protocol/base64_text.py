"""Base64 as AWS takes it: in whole groups of four, padded, and with nothing in the bits that the padding leaves."""

import binascii
import re

from emulator.protocol.wording import LAST_CHARACTER

_STRANGER = re.compile(r"[^A-Za-z0-9+/=]|=[^=]")
# The characters whose last two and last four bits are zero.
_BEFORE_ONE_PAD = frozenset("AEIMQUYcgkosw048")
_BEFORE_TWO_PADS = frozenset("AQgw")


def decode(text: str) -> bytes:
    """Return the bytes of a text.

    Raises:
        ValueError: it is not base64.
    """
    decoded = binascii.a2b_base64(text)
    # What does not belong there is left out, and shows in the length.
    groups, rest = divmod(len(text), 4)
    missing = groups * 3 - len(decoded)
    if missing or rest:
        _check_end(text, missing)
    return decoded


def fault(text: str) -> str | None:
    """Return what AWS says against a text; None when it is base64."""
    if len(text) % 4:
        return f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(text)}"
    stranger = _STRANGER.search(text)
    if stranger is not None:
        return f"Invalid Base64 character: '{stranger.group()[0]}'"
    try:
        decode(text)
    except ValueError:
        return LAST_CHARACTER
    return None


def _check_end(text: str, missing: int) -> None:
    before_padding = {1: _BEFORE_ONE_PAD, 2: _BEFORE_TWO_PADS}.get(missing)
    padding = "=" * missing
    if (
        len(text) % 4
        or before_padding is None
        or not text.endswith(padding)
        or text[-missing - 1] not in before_padding
    ):
        raise ValueError(LAST_CHARACTER)
