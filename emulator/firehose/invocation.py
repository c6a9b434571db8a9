"""The event that a processor function receives and what its answer says of each record."""

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulator.firehose.configuration import DeliveryStreamIdentity
from emulator.firehose.record import Dropped, Failed, Ok, Outcome, Record

# Lambda takes and returns at most 6 MB in a synchronous invocation.
MAXIMUM_REQUEST_BYTES = 6 * 1024 * 1024

PROCESSING_FAILED = Failed("Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record")
MISSING_RECORD_ID = Failed(
    "Lambda.MissingRecordId",
    "One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.",
)
DUPLICATED_RECORD_ID = Failed(
    "Lambda.DuplicatedRecordId",
    "Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique "
    "record Id for each record.",
)
UNREADABLE_RESPONSE = Failed(
    "Lambda.JsonProcessingException",
    "There was an error parsing returned records from the Lambda function. Ensure that the returned records follow "
    "the status model required by Amazon Data Firehose.",
)
REQUEST_TOO_LARGE = Failed(
    "Lambda.RequestTooLarge",
    "The record does not fit into the largest request that the function can be sent.",
)


class UnreadableResponseError(ValueError):
    """The function's answer as a whole cannot be read."""


@dataclass(slots=True)
class InvocationRequest:
    """Records that are sent to the function together, and their entries of the event."""

    records: list[Record]
    entries: list[str]
    size_bytes: int = 0
    too_large: bool = False


class EventWriter:
    """Writes invocation events for one delivery stream, with the timestamps as integers.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesisfirehose.html (the keys; captured events are
    the model for the types)
    """

    def __init__(self, identity: DeliveryStreamIdentity) -> None:
        source = {"sourceKinesisStreamArn": identity.source_kinesis_stream_arn}
        self._head = json.dumps(
            (source if identity.source_kinesis_stream_arn else {})
            | {"deliveryStreamArn": identity.arn, "region": identity.region}
        )[1:-1]

    def requests(self, records: Sequence[Record]) -> list[InvocationRequest]:
        """Part records, in order, into as few requests as fit Lambda's limit.

        A record that fits into none stands in a request of its own, which is `too_large`.
        """
        room = MAXIMUM_REQUEST_BYTES - len(self.event(InvocationRequest([], [])))
        requests: list[InvocationRequest] = []
        request = InvocationRequest([], [], size_bytes=room)
        for record in records:
            entry = _entry(record)
            size_bytes = len(entry) + 2
            if request.size_bytes + size_bytes > room:
                request = InvocationRequest([], [], too_large=size_bytes > room)
                requests.append(request)
            request.records.append(record)
            request.entries.append(entry)
            request.size_bytes += size_bytes
        return requests

    def event(self, request: InvocationRequest) -> bytes:
        """Return the event for a request; every call makes a new invocation id."""
        entries = ", ".join(request.entries)
        return f'{{"invocationId": "{uuid.uuid4()}", {self._head}, "records": [{entries}]}}'.encode()


def _entry(record: Record) -> str:
    """Return one record of the event as JSON; written by hand because it is made for every record."""
    data = binascii.b2a_base64(record.data, newline=False).decode("ascii")
    arrival = record.approximate_arrival_timestamp
    text = f'{{"recordId": "{record.record_id}", "approximateArrivalTimestamp": {arrival}, "data": "{data}"'
    kinesis = record.kinesis
    if kinesis is None:
        return text + "}"
    return (
        f'{text}, "kinesisRecordMetadata": {{"sequenceNumber": "{kinesis.sequence_number}", '
        f'"subsequenceNumber": {kinesis.subsequence_number}, '
        f'"partitionKey": {json.dumps(kinesis.partition_key)}, "shardId": "{kinesis.shard_id}", '
        f'"approximateArrivalTimestamp": {arrival}}}}}'
    )


def read_response(payload: bytes, records: Sequence[Record], *, partitioned: bool = False) -> list[Outcome]:
    """Return the outcome of each record, in the order of `records`, whatever the order of the answer.

    Partition keys are read if records are `partitioned`, and otherwise ignored.

    Ids that were not asked for are ignored. A record whose id comes back twice, or whose entry is malformed,
    fails alone; AWS's scope for those is not documented.

    Raises:
        UnreadableResponseError: the answer is not JSON, or not an object with a list of records.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
    """
    entries = _entries(payload)
    outcomes: dict[str, Outcome] = {}
    for entry in entries:
        record_id = entry.get("recordId") if isinstance(entry, dict) else None
        if not isinstance(record_id, str):
            continue
        outcomes[record_id] = DUPLICATED_RECORD_ID if record_id in outcomes else _outcome(entry, partitioned)
    return [outcomes.get(record.record_id, MISSING_RECORD_ID) for record in records]


def _entries(payload: bytes) -> list[Any]:
    try:
        response = json.loads(payload)
    except (ValueError, RecursionError) as error:
        # An answer may be nested too deeply to be read.
        raise UnreadableResponseError("The function's answer is not JSON.") from error
    if response is None:
        return []
    if not isinstance(response, dict):
        raise UnreadableResponseError("The function's answer is not a JSON object.")
    entries = response.get("records")
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise UnreadableResponseError("The function's answer has no list of records.")
    return entries


def _outcome(entry: dict[str, Any], partitioned: bool) -> Outcome:
    match entry.get("result"):
        case "Ok":
            try:
                data = base64.b64decode(entry["data"], validate=True)
            except KeyError:
                return _malformed("data is missing")
            except (TypeError, ValueError):
                return _malformed("data is not base64 text")
            return _with_partition_keys(data, entry) if partitioned else Ok(data)
        case "Dropped":
            return Dropped()
        case "ProcessingFailed":
            return PROCESSING_FAILED
        case _:
            return _malformed("result is not one of Ok, Dropped and ProcessingFailed")


def _with_partition_keys(data: bytes, entry: dict[str, Any]) -> Outcome:
    """Return the outcome with what `metadata.partitionKeys` says; its values are judged with the prefix.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
    """
    metadata = entry.get("metadata")
    if metadata is None:
        return Ok(data)
    keys = metadata.get("partitionKeys") if isinstance(metadata, dict) else metadata
    if keys is not None and not isinstance(keys, dict):
        return _malformed("metadata.partitionKeys is not an object")
    return Ok(data, keys)


def _malformed(reason: str) -> Failed:
    return Failed("Lambda.InvalidReturnFormat", f"The function returned a malformed record: {reason}.")
