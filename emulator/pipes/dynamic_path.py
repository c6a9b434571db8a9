"""Target parameters that are a constant, or a JSON path that is the entire value.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.pipes.document import KINESIS_FIELD, SQS_FIELD, with_document
from emulator.pipes.errors import JsonPathError, TargetError
from emulator.pipes.json_path import JsonPath
from emulator.pipes.target import Payload

_FIELDS = {"aws:kinesis": KINESIS_FIELD, "aws:sqs": SQS_FIELD}


def parsed(body: Any) -> Any:
    """Return an event with the document of its source, Kinesis data or an SQS body, as JSON values.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
    """
    if isinstance(body, Mapping) and (field := _FIELDS.get(str(body.get("eventSource", "")))):
        return with_document(body, field)
    return body


def dynamic_value(field: str, value: str) -> Callable[[Payload], Any]:
    """Return how to find a parameter's value; a path that leads nowhere fails the event.

    A path to a document as a whole leads to its text.
    """
    if not value.startswith("$"):
        return lambda payload: value
    path = JsonPath(value)

    def resolve(payload: Payload) -> Any:
        document = parsed(payload.body)
        try:
            found = path.resolve(document)
            if document is not payload.body and isinstance(found, dict | list):
                found = path.resolve(payload.body)
        except JsonPathError as error:
            raise TargetError(f"{field}: {error}") from error
        return found

    return resolve


def dynamic_text(field: str, value: str, maximum: int) -> Callable[[Payload], str]:
    """Return how to find a parameter's text.

    AWS does not document what a path does that leads to no text. Here a number or boolean is used as its JSON
    text, and anything else fails the event, which is then retried and dead-lettered as the pipe's settings say.
    """
    find = dynamic_value(field, value)
    if not value.startswith("$"):
        return find

    def resolve(payload: Payload) -> str:
        found = find(payload)
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, int | float):
            return str(found)
        if not isinstance(found, str) or not 1 <= len(found) <= maximum:
            raise TargetError(f"{field}: {value} does not lead to a text of 1 to {maximum} characters")
        if not _is_unicode(found):
            raise TargetError(
                f"{field}: {value} leads to half of a surrogate pair, which is not Unicode text"
            )
        return found

    return resolve


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
