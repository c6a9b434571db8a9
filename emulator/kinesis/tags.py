"""Tags of data streams and of their consumers."""

import re
from collections.abc import Iterable, Mapping

from emulator.errors import ServiceError

MAXIMUM_TAGS = 50
_INVALID = re.compile(r"[^\w./=+\-@%: ]")


def check_tags(resource: str, tags: Mapping[str, str], present: Iterable[str] = ()) -> None:
    """Refuse tags that a resource cannot have, `resource` being how a message names it.

    Raises:
        ServiceError: a character is not allowed, or there would be more than fifty tags.

    https://docs.aws.amazon.com/streams/latest/dev/tagging.html
    """
    _check_characters("add tags to", resource, [*tags, *tags.values()])
    if len({*tags, *present}) > MAXIMUM_TAGS:
        kind = resource.partition(" ")[0]
        raise ServiceError(
            "InvalidArgumentException",
            f"Failed to add tags to {resource} because a given {kind} cannot have more than {MAXIMUM_TAGS} tags "
            "associated with it.",
        )


def add_tags(resource: str, tags: dict[str, str], added: Mapping[str, str]) -> None:
    """Add tags to those a resource has.

    Raises:
        ServiceError: the resource cannot have them; none was added.
    """
    check_tags(resource, added, tags)
    tags.update(added)


def remove_tags(resource: str, tags: dict[str, str], keys: Iterable[str]) -> None:
    """Remove tags by their keys; keys that the resource does not have are passed over.

    Raises:
        ServiceError: a key has a character that no key can have.
    """
    keys = list(keys)
    _check_characters("remove tags from", resource, keys)
    for key in keys:
        tags.pop(key, None)


def tag_list(
    tags: Mapping[str, str], exclusive_start_key: str | None = None, limit: int | None = None
) -> tuple[list[dict[str, str]], bool]:
    """Return a page of tags in the order of their keys, and whether there are more."""
    keys = sorted(key for key in tags if exclusive_start_key is None or key > exclusive_start_key)
    page = keys if limit is None else keys[:limit]
    return [{"Key": key, "Value": tags[key]} for key in page], len(page) < len(keys)


def _check_characters(action: str, resource: str, texts: list[str]) -> None:
    if any(_INVALID.search(text) for text in texts):
        raise ServiceError(
            "InvalidArgumentException",
            "Some tags contain invalid characters. Valid characters: "
            "Unicode letters, digits, white space, _ . / = + - % @.",
        )
    # Kinesis lists the percent sign as valid and refuses it all the same.
    if any("%" in text for text in texts):
        raise ServiceError(
            "InvalidArgumentException",
            f"Failed to {action} {resource} because some tags contained illegal characters. The allowed characters "
            "are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
        )
