"""The JSON paths that a pipe's parameters may hold, such as `$.dynamodb.Keys.orderid.S`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.pipes.errors import JsonPathError

_PATH = re.compile(r"\$(\.[\w/-]+(\[(\d+|\*)\])*)*")
_STEP = re.compile(r"\.(?P<name>[\w/-]+)|\[(?P<index>\d+|\*)\]")


class JsonPath:
    """A compiled path."""

    def __init__(self, path: str) -> None:
        if not _PATH.fullmatch(path):
            raise JsonPathError(f"{path} is not a JSON path")
        self.path = path
        self._steps = [match.group("name") or _index(match.group("index")) for match in _STEP.finditer(path)]

    def resolve(self, document: Any) -> Any:
        """Return the value at this path.

        Raises:
            JsonPathError: a step of the path does not exist in the document.
        """
        return self._follow(document, 0)

    def _follow(self, value: Any, depth: int) -> Any:
        for position in range(depth, len(self._steps)):
            step = self._steps[position]
            if step is None:
                if not isinstance(value, Sequence) or isinstance(value, str):
                    raise JsonPathError(f"{self.path} does not exist in the event")
                return [self._follow(member, position + 1) for member in value]
            value = self._member(value, step)
        return value

    def _member(self, value: Any, step: str | int) -> Any:
        # A dict is what it nearly always is, and asking for that is far cheaper.
        if isinstance(step, str) and isinstance(value, dict | Mapping) and step in value:
            return value[step]
        if isinstance(step, int) and isinstance(value, list) and step < len(value):
            return value[step]
        raise JsonPathError(f"{self.path} does not exist in the event")


def _index(text: str) -> int | None:
    """None stands for every member."""
    return None if text == "*" else int(text)
