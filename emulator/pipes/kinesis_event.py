"""A Kinesis record as the event that travels through a pipe."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.pipes.event import Event
from emulator.pipes.json_data import json_data


def kinesis_event(record: Mapping[str, Any], *, stream_arn: str, shard_id: str, role_arn: str) -> Event:
    """Turn a record of Kinesis's GetRecords, as boto3 returns it, into an event.

    Unlike in the events of Lambda's mappings, the record's members stand at the top:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
    """
    sequence_number, created_at = kinesis_position(record)
    body = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record["PartitionKey"],
        "sequenceNumber": sequence_number,
        "data": base64.b64encode(record["Data"]).decode(),
        "approximateArrivalTimestamp": created_at,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role_arn,
        "awsRegion": stream_arn.split(":")[3],
        "eventSourceARN": stream_arn,
    }
    data = json_data(body)
    return Event(sequence_number, created_at, body, data)


def kinesis_position(record: Mapping[str, Any]) -> tuple[str, float]:
    """Return the sequence number of a record and the epoch second, to the millisecond, of its arrival."""
    moment = record["ApproximateArrivalTimestamp"]
    seconds = moment.timestamp() if isinstance(moment, datetime) else float(moment)
    return str(record["SequenceNumber"]), round(seconds, 3)
