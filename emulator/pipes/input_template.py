"""Input templates: what is sent to an enrichment or a target instead of the event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from emulator.pipes.dynamic_path import parsed
from emulator.pipes.errors import JsonPathError, TargetError
from emulator.pipes.json_data import compact_json
from emulator.pipes.json_path import JsonPath

MAXIMUM_LENGTH = 8192

_PREFIX = "aws.pipes."
_EVENT = "event"
_EVENT_JSON = "event.json"
_INGESTION_TIME = "event.ingestion-time"
# The variables that are the same for every event, with the field of PipeNames that holds their value.
_NAMES = {
    "pipe-arn": "pipe_arn",
    "pipe-name": "pipe_name",
    "source-arn": "source_arn",
    "enrichment-arn": "enrichment_arn",
    "target-arn": "target_arn",
}
_VARIABLES = frozenset({*_NAMES, _EVENT, _EVENT_JSON, _INGESTION_TIME})
# "<" and ">" cannot be escaped; a comparison such as "a < b" is text.
_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")
# Takes the place of a value that is not there; no event can hold it, since a template's text has no control
# characters in JSON strings.
_ABSENT = "\x00absent\x00"


class InvalidTemplateError(ValueError):
    """A template that AWS refuses; the message is AWS's."""


@dataclass(frozen=True, slots=True)
class PipeNames:
    """What the reserved variables tell about the pipe itself."""

    pipe_arn: str
    pipe_name: str
    source_arn: str
    enrichment_arn: str | None
    target_arn: str


class _Place(Enum):
    """Where a placeholder stands."""

    WHOLE = auto()
    TEXT = auto()
    STRING = auto()
    VALUE = auto()


@dataclass(frozen=True, slots=True)
class _Placeholder:
    place: _Place
    path: JsonPath | None
    variable: str | None


class InputTemplate:
    """A compiled template; it is rendered for each event on its own.

    In JSON, a placeholder outside quotes becomes the JSON value. Inside quotes, and in a template that is not JSON,
    it becomes text, not escaped, and objects and arrays lose their quotes, as AWS documents. A path that leads
    nowhere leaves nothing in text; in JSON its member is left out.
    """

    def __init__(self, template: str, names: PipeNames) -> None:
        self._names = names
        self._pieces = _pieces(template)

    def render(self, body: Any, now: float) -> str:
        """Return the text for an event that came at `now`, in epoch seconds."""
        document = parsed(body)
        texts: list[str] = []
        absent = False
        for piece in self._pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            try:
                value = self._value(piece, body, document, now)
            except JsonPathError:
                if piece.place is _Place.VALUE:
                    texts.append(json.dumps(_ABSENT))
                    absent = True
                continue
            texts.append(_text(value, piece))
        rendered = "".join(texts)
        return _without_absent(rendered) if absent else rendered

    def _value(self, placeholder: _Placeholder, body: Any, document: Any, now: float) -> Any:
        if placeholder.path is not None:
            return placeholder.path.resolve(document)
        variable = str(placeholder.variable)
        if variable == _EVENT:
            return compact_json(body)
        if variable == _EVENT_JSON:
            if isinstance(document, str):
                raise JsonPathError("the event is not JSON")
            return document
        if variable == _INGESTION_TIME:
            moment = datetime.fromtimestamp(now, UTC)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        value = getattr(self._names, _NAMES[variable])
        if value is None:
            raise JsonPathError("the pipe has no enrichment")
        return value


def check_template(template: str) -> None:
    """Raise InvalidTemplateError for a template that cannot be compiled."""
    _pieces(template)


def json_text(text: str) -> str:
    """Return a rendered template as what it is in a JSON array: JSON, or a JSON string of other text.

    Raises:
        TargetError: it begins like JSON and is not.
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip()[:1] in ("{", "[", '"'):
            raise TargetError(
                f"The input template does not make valid JSON of this event: {error}"
            ) from error
        return json.dumps(text, ensure_ascii=False)
    return text


def _pieces(template: str) -> list[str | _Placeholder]:
    if len(template) > MAXIMUM_LENGTH:
        raise InvalidTemplateError(f"InputTemplate must have at most {MAXIMUM_LENGTH} characters")
    stripped = template.strip()
    is_whole = _PLACEHOLDER.fullmatch(stripped) is not None
    is_json = stripped[:1] in ("{", "[", '"')
    pieces: list[str | _Placeholder] = []
    position, quoted = 0, False
    for match in _PLACEHOLDER.finditer(template):
        text = template[position : match.start()]
        position = match.end()
        quoted = _is_quoted_after(text, quoted)
        if text and not is_whole:
            pieces.append(text)
        if is_whole:
            place = _Place.WHOLE
        elif not is_json:
            place = _Place.TEXT
        else:
            place = _Place.STRING if quoted else _Place.VALUE
        pieces.append(_placeholder(match.group(1), place))
    if position < len(template) and not is_whole:
        pieces.append(template[position:])
    return pieces


def _placeholder(name: str, place: _Place) -> _Placeholder:
    if name.startswith("$"):
        try:
            return _Placeholder(place, JsonPath(name), None)
        except JsonPathError as error:
            raise _invalid(name) from error
    variable = name.removeprefix(_PREFIX)
    if variable == name or variable not in _VARIABLES:
        raise _invalid(name)
    return _Placeholder(place, None, variable)


def _invalid(name: str) -> InvalidTemplateError:
    return InvalidTemplateError(
        f"Invalid json path reference or predefined variable for placeholder: <{name}>"
    )


def _is_quoted_after(text: str, quoted: bool) -> bool:
    """Tell whether what follows a piece of a template is inside a JSON string."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
    return quoted


def _text(value: Any, placeholder: _Placeholder) -> str:
    if placeholder.place is _Place.VALUE:
        return compact_json(value)
    if placeholder.variable == _EVENT:
        # The whole event is the one value that is escaped inside a string.
        return (
            json.dumps(value, ensure_ascii=False)[1:-1] if placeholder.place is _Place.STRING else str(value)
        )
    if placeholder.variable == _EVENT_JSON and placeholder.place is _Place.WHOLE:
        return compact_json(value)
    if isinstance(value, str):
        return value
    text = compact_json(value)
    return text.replace('"', "") if isinstance(value, Mapping | list) else text


def _without_absent(rendered: str) -> str:
    try:
        document = json.loads(rendered)
    except (ValueError, RecursionError):
        return rendered.replace(json.dumps(_ABSENT), "")
    return compact_json(_pruned(document))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(member) for name, member in value.items() if member != _ABSENT}
    if isinstance(value, list):
        return [_pruned(member) for member in value if member != _ABSENT]
    return value
