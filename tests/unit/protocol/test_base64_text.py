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
NO_BASE64 = "A AA AAA AAAAA = ==== =AAA A=== =+/= +/+= AA==AAAA AB== AAB= AAA=AAA= AA-_ AA\u00c4A AA=A \uff21AAA".split()


@pytest.mark.parametrize("text", [*NO_BASE64, "AAA\n", "AA AA", "AAAA\n"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        base64_text.decode(text)
    assert base64_text.fault(text)
