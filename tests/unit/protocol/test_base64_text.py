"""Which texts are base64 for AWS."""

import base64

import pytest

from emulator.protocol import base64_text


@pytest.mark.parametrize("size", range(9))
def test_what_is_encoded_is_decoded(size: int) -> None:
    content = bytes(range(250, 250 - size, -1))
    text = base64.b64encode(content).decode()

    assert base64_text.decode(text) == content
    assert base64_text.fault(text) is None


# A length that is no multiple of four, padding in a wrong place, bits that the padding leaves, other characters.
NO_BASE64 = [
    *("A", "AA", "AAA", "AAAAA", "=", "====", "=AAA", "A===", "=+/=", "+/+=", "AA==AAAA", "AAA=AAA=", "AA=A"),
    *("AB==", "AAB="),
    *("AA-_", "AA AA", "AAA\n", "AAAA\n", "AA\u00c4A", "\uff21AAA"),
]


@pytest.mark.parametrize("text", NO_BASE64)
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid last|padding|ASCII|data characters"):
        base64_text.decode(text)
    assert base64_text.fault(text)
