"""An SQS message as the event that travels through a pipe."""

import base64
from collections.abc import Mapping
from typing import Any

from emulator.pipes.event import Event
from emulator.pipes.json_data import json_data


def queue_event(message: Mapping[str, Any], queue_arn: str) -> Event:
    """Turn a message of SQS's ReceiveMessage, as boto3 returns it, into an event.

    Its message id stands for the sequence number.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
    """
    attributes = dict(message.get("Attributes") or {})
    body: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": attributes,
        "messageAttributes": {
            name: _attribute(value) for name, value in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
    }
    if digest := message.get("MD5OfMessageAttributes"):
        body["md5OfMessageAttributes"] = digest
    body |= {"eventSource": "aws:sqs", "eventSourceARN": queue_arn, "awsRegion": queue_arn.split(":")[3]}
    data = json_data(body)
    return Event(message["MessageId"], int(attributes.get("SentTimestamp", 0)) / 1000, body, data)


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(bytes(value["BinaryValue"])).decode()
    # SQS has reserved lists for later; events carry them empty.
    return {**attribute, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
