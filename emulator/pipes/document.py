"""The document that an event of Kinesis or SQS carries as text, for filters to look into."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

KINESIS_FIELD = "data"
SQS_FIELD = "body"

_FIELDS = {"kinesis": KINESIS_FIELD, "sqs": SQS_FIELD}


def document_field(source_arn: str) -> str | None:
    """Return the member of a source's events that carries a document; None when there is no such member."""
    return _FIELDS.get(source_arn.split(":")[2])


def with_document(event: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """Return the event with its document in place of the text, or as it is when the text is not one.

    A document is a JSON object or array:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
    """
    text = event.get(field)
    if not isinstance(text, str):
        return event
    try:
        document = json.loads(base64.b64decode(text) if field == KINESIS_FIELD else text)
    except (binascii.Error, ValueError, RecursionError):
        return event
    return {**event, field: document} if isinstance(document, dict | list) else event
