"""A stream record as the event that travels through a pipe."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.pipes.json_data import json_data

_IMAGES = ("Keys", "NewImage", "OldImage")
# Attribute types whose value is not already what JSON shows.
_NESTED = frozenset({"B", "BS", "L", "M"})


@dataclass(frozen=True, slots=True)
class Event:
    """One record. `data` is `body` as UTF-8 JSON; `created_at` is in epoch seconds."""

    sequence_number: str
    created_at: float
    body: Mapping[str, Any]
    data: bytes

    def item_key(self) -> str:
        """Return a text that is the same for all events that have to stay in order."""
        record = self.body.get("kinesis", self.body)
        if "partitionKey" in record:
            return str(record["partitionKey"])
        return json.dumps(self.body["dynamodb"]["Keys"], sort_keys=True)


def dynamodb_event(record: Mapping[str, Any], stream_arn: str) -> Event:
    """Turn a record of DynamoDB Streams' GetRecords, as boto3 returns it, into an event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
    """
    change = dict(record["dynamodb"])
    sequence_number, created_at = dynamodb_position(record)
    if "ApproximateCreationDateTime" in change:
        change["ApproximateCreationDateTime"] = int(created_at)
    for image in _IMAGES:
        if image in change:
            change[image] = {name: _attribute(value) for name, value in change[image].items()}
    body = {**record, "dynamodb": change, "eventSourceARN": stream_arn}
    if identity := record.get("userIdentity"):
        body["userIdentity"] = _user_identity(identity)
    data = json_data(body)
    return Event(sequence_number, created_at, body, data)


def dynamodb_position(record: Mapping[str, Any]) -> tuple[str, float]:
    """Return the sequence number of a record and the epoch second of its creation."""
    change = record["dynamodb"]
    moment = change.get("ApproximateCreationDateTime", 0)
    return change["SequenceNumber"], moment.timestamp() if isinstance(moment, datetime) else float(moment)


def _attribute(value: Mapping[str, Any]) -> Mapping[str, Any]:
    for attribute_type, content in value.items():
        if attribute_type in _NESTED:
            return {attribute_type: _nested(attribute_type, content)}
    return value


def _nested(attribute_type: str, content: Any) -> Any:
    if attribute_type == "M":
        return {name: _attribute(value) for name, value in content.items()}
    if attribute_type == "L":
        return [_attribute(value) for value in content]
    if attribute_type == "BS":
        return [_base64(value) for value in content]
    return _base64(content)


def _base64(value: bytes | str) -> str:
    # A client that passes the wire's text through has encoded it already.
    return value if isinstance(value, str) else base64.b64encode(bytes(value)).decode()


def _user_identity(identity: Mapping[str, str]) -> dict[str, str]:
    # boto3 capitalises the members; the event has the wire's names.
    return {name[0].lower() + name[1:]: value for name, value in identity.items()}
