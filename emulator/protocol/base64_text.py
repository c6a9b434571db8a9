"""Base64 as AWS takes it: in whole groups of four, padded, and with nothing in the bits that the padding leaves."""

import base64
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
    decoded = base64.b64decode(text, validate=True)
    if text.endswith("=") and not _ends_well(text):
        raise ValueError(LAST_CHARACTER)
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
    except (binascii.Error, ValueError):
        return LAST_CHARACTER
    return None


def _ends_well(text: str) -> bool:
    last = text.rstrip("=")[-1:]
    return last in (_BEFORE_TWO_PADS if text.endswith("==") else _BEFORE_ONE_PAD)
