"""Tags of streams and consumers: characters, limits and pages.

https://docs.aws.amazon.com/streams/latest/dev/tagging.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.tags import add_tags, check_tags, remove_tags, tag_list

STREAM = "stream orders under account 000000000000"


def test_tags_are_added_changed_and_removed() -> None:
    tags = {"team": "sales"}

    add_tags(STREAM, tags, {"team": "orders", "Größe _./=+-@": "1 2"})
    remove_tags(STREAM, tags, ["Größe _./=+-@", "never there"])

    assert tags == {"team": "orders"}


@pytest.mark.parametrize("text", ["a;b", "a\tb", "a\nb", "a,b"])
def test_a_character_outside_the_list_is_refused(text: str) -> None:
    tags = {"team": "sales"}

    for added in ({text: "v"}, {"k": text}):
        with pytest.raises(ServiceError) as raised:
            add_tags(STREAM, tags, added)
        assert (raised.value.code, raised.value.message) == (
            "InvalidArgumentException",
            "Some tags contain invalid characters. Valid characters: "
            "Unicode letters, digits, white space, _ . / = + - % @.",
        )
    with pytest.raises(ServiceError):
        remove_tags(STREAM, tags, [text])
    assert tags == {"team": "sales"}


def test_a_percent_sign_is_refused_by_another_message() -> None:
    # mhart/kinesalite, recorded on AWS
    allowed = (
        "because some tags contained illegal characters. The allowed characters are "
        "Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
    )

    with pytest.raises(ServiceError) as added:
        check_tags(STREAM, {"a%": "v"})
    with pytest.raises(ServiceError) as removed:
        remove_tags(STREAM, {}, ["a%"])

    assert added.value.message == f"Failed to add tags to {STREAM} {allowed}"
    assert removed.value.message == f"Failed to remove tags from {STREAM} {allowed}"


def test_a_resource_has_at_most_fifty_tags() -> None:
    tags = {f"key-{index}": "" for index in range(49)}

    add_tags(STREAM, tags, {"key-49": "", "key-0": "changed"})
    with pytest.raises(ServiceError) as raised:
        add_tags(STREAM, tags, {"key-50": ""})

    assert (raised.value.code, len(tags)) == ("InvalidArgumentException", 50)


def test_tags_come_in_pages_in_the_order_of_their_keys() -> None:
    tags = {"b": "2", "c": "3", "a": "1"}

    assert tag_list(tags, limit=2) == ([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}], True)
    assert tag_list(tags, exclusive_start_key="b", limit=2) == ([{"Key": "c", "Value": "3"}], False)
    assert tag_list(tags, exclusive_start_key="aa", limit=2)[0][0]["Key"] == "b"
    assert tag_list({}) == ([], False)
