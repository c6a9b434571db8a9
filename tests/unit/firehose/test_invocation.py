"""The processor function's event and answer.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesisfirehose.html
https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
"""

import json
import uuid
from typing import Any

import pytest

from emulator.firehose.invocation import (
    DUPLICATED_RECORD_ID,
    MAXIMUM_REQUEST_BYTES,
    MISSING_RECORD_ID,
    PROCESSING_FAILED,
    EventWriter,
    UnreadableResponseError,
    read_response,
)
from emulator.firehose.record import Dropped, Failed, KinesisRecordMetadata, Ok, Outcome, Record
from tests.unit.firehose.fakes import IDENTITY, KINESIS_IDENTITY, NOW, SHARD, STREAM_ARN, record

FIRST, SECOND = record(b"first", 1), record(b"second", 2)


def event(writer: EventWriter, *records: Record) -> dict[str, Any]:
    (request,) = writer.requests(records)
    parsed: dict[str, Any] = json.loads(writer.event(request))
    return parsed


def test_event_of_a_data_stream_has_its_keys_in_order_and_its_times_as_integers() -> None:
    # WHEN a record of a data stream is sent
    parsed = event(EventWriter(KINESIS_IDENTITY), record(b'{"a":1}', 7, NOW + 0.123))

    # THEN the event is what functions get on AWS
    invocation_id = parsed["invocationId"]
    arrival = round(NOW * 1000) + 123
    assert str(uuid.UUID(invocation_id)) == invocation_id
    assert json.dumps(parsed) == json.dumps(
        {
            "invocationId": invocation_id,
            "sourceKinesisStreamArn": STREAM_ARN,
            "deliveryStreamArn": KINESIS_IDENTITY.arn,
            "region": "eu-north-1",
            "records": [
                {
                    "recordId": f"{7:056d}000000",
                    "approximateArrivalTimestamp": arrival,
                    "data": "eyJhIjoxfQ==",
                    "kinesisRecordMetadata": {
                        "sequenceNumber": f"{7:056d}",
                        "subsequenceNumber": 0,
                        "partitionKey": "key",
                        "shardId": SHARD,
                        "approximateArrivalTimestamp": arrival,
                    },
                }
            ],
        }
    )


def test_event_of_direct_put_names_no_data_stream() -> None:
    parsed = event(EventWriter(IDENTITY), record(b"\xff", shard_id=None))

    assert list(parsed) == ["invocationId", "deliveryStreamArn", "region", "records"]
    assert parsed["records"] == [
        {
            "recordId": f"{1:056d}000000",
            "approximateArrivalTimestamp": round(NOW * 1000),
            "data": "/w==",
        }
    ]


def test_partition_key_may_hold_any_character() -> None:
    # GIVEN a partition key with a quote and a letter outside of ASCII
    kinesis = KinesisRecordMetadata("1", 'a"\\ö', SHARD)

    # WHEN it is sent, THEN the event is valid JSON
    parsed = event(EventWriter(KINESIS_IDENTITY), Record("id", b"", 0, kinesis))
    assert parsed["records"][0]["kinesisRecordMetadata"]["partitionKey"] == 'a"\\ö'


def test_each_event_has_an_invocation_id_of_its_own_and_the_same_record_ids() -> None:
    # GIVEN a request that is sent twice
    writer = EventWriter(KINESIS_IDENTITY)
    (request,) = writer.requests([FIRST])

    # WHEN its events are compared
    once, again = (json.loads(writer.event(request)) for _ in range(2))

    # THEN only the invocation id differs
    assert once.pop("invocationId") != again.pop("invocationId")
    assert once == again


def test_requests_are_split_so_that_each_fits_and_the_order_stays() -> None:
    # GIVEN 3 MB of small records, whose envelope is larger than they are
    records = [record(b"x" * 100, number) for number in range(30_000)]
    writer = EventWriter(KINESIS_IDENTITY)

    # WHEN requests are made of them
    requests = writer.requests(records)

    # THEN each fits, and together they are all records in their order
    assert [len(writer.event(request)) <= MAXIMUM_REQUEST_BYTES for request in requests] == [True] * len(
        requests
    )
    assert [each for request in requests for each in request.records] == records
    assert len(requests) == 3


def test_record_that_fits_no_request_stands_alone() -> None:
    # GIVEN a record of 5 MB between two small ones
    records = [FIRST, record(b"x" * 5_000_000, 2), record(b"last", 3)]

    # WHEN requests are made, THEN the large one is by itself and marked
    requests = EventWriter(KINESIS_IDENTITY).requests(records)
    assert [(len(request.records), request.too_large) for request in requests] == [
        (1, False),
        (1, True),
        (1, False),
    ]


def ok(data: str, record_id: str = FIRST.record_id) -> dict[str, str]:
    return {"recordId": record_id, "result": "Ok", "data": data}


MALFORMED_DATA = Failed(
    "Lambda.InvalidReturnFormat", "The function returned a malformed record: data is not base64 text."
)
MISSING_DATA = Failed(
    "Lambda.InvalidReturnFormat", "The function returned a malformed record: data is missing."
)
MALFORMED_RESULT = Failed(
    "Lambda.InvalidReturnFormat",
    "The function returned a malformed record: result is not one of Ok, Dropped and ProcessingFailed.",
)


# The answer to one record, and the outcome of it.
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param({"records": [ok("/w==")]}, Ok(b"\xff"), id="Ok"),
        pytest.param({"records": [ok("")]}, Ok(b""), id="Ok without bytes"),
        pytest.param(
            {"records": [{"recordId": FIRST.record_id, "result": "Dropped"}]}, Dropped(), id="Dropped"
        ),
        pytest.param(
            {"records": [{"recordId": FIRST.record_id, "result": "Dropped", "data": "eA=="}]},
            Dropped(),
            id="Dropped with data",
        ),
        pytest.param(
            {"records": [{"recordId": FIRST.record_id, "result": "ProcessingFailed", "data": "eA=="}]},
            PROCESSING_FAILED,
            id="ProcessingFailed",
        ),
        pytest.param({}, MISSING_RECORD_ID, id="no records member"),
        pytest.param(None, MISSING_RECORD_ID, id="null"),
        pytest.param({"records": []}, MISSING_RECORD_ID, id="no records"),
        pytest.param({"records": [ok("eA==", "other")]}, MISSING_RECORD_ID, id="unknown id"),
        pytest.param({"records": [{"result": "Ok", "data": "eA=="}]}, MISSING_RECORD_ID, id="no id"),
        pytest.param({"records": ["text", None]}, MISSING_RECORD_ID, id="entries that are no objects"),
        pytest.param({"records": [ok("eA=="), ok("eA==")]}, DUPLICATED_RECORD_ID, id="same id twice"),
        pytest.param(
            {"records": [{"recordId": FIRST.record_id, "result": "Ok"}]}, MISSING_DATA, id="Ok without data"
        ),
        pytest.param({"records": [ok("not base64!")]}, MALFORMED_DATA, id="not base64"),
        pytest.param(
            {"records": [{"recordId": FIRST.record_id, "result": "Ok", "data": 5}]},
            MALFORMED_DATA,
            id="data is a number",
        ),
        pytest.param(
            {"records": [{"recordId": FIRST.record_id, "result": "ok", "data": "eA=="}]},
            MALFORMED_RESULT,
            id="result of the wrong case",
        ),
        pytest.param({"records": [{"recordId": FIRST.record_id}]}, MALFORMED_RESULT, id="no result"),
    ],
)
def test_answer_decides_the_outcome_of_a_record(answer: Any, outcome: object) -> None:
    assert read_response(json.dumps(answer).encode(), [FIRST]) == [outcome]


def test_outcomes_are_in_the_order_of_the_records_whatever_the_order_of_the_answer() -> None:
    # GIVEN an answer in reverse order
    answer = {"records": [ok("Mg==", SECOND.record_id), ok("MQ==", FIRST.record_id)]}

    # WHEN it is read, THEN the outcomes are in the records' order
    assert read_response(json.dumps(answer).encode(), [FIRST, SECOND]) == [Ok(b"1"), Ok(b"2")]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b'{"records": {}}',
        b"\xff",
        pytest.param(b'{"records": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="nested too deeply"),
    ],
)
def test_answer_that_cannot_be_read_fails_as_a_whole(payload: bytes) -> None:
    with pytest.raises(UnreadableResponseError):
        read_response(payload, [FIRST])


MALFORMED_KEYS = Failed(
    "Lambda.InvalidReturnFormat",
    "The function returned a malformed record: metadata.partitionKeys is not an object.",
)


# The metadata of a record, and its outcome with dynamic partitioning; without it, metadata means nothing.
@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        pytest.param({"partitionKeys": {"customer": "7"}}, Ok(b"x", {"customer": "7"}), id="keys"),
        pytest.param({"partitionKeys": {}}, Ok(b"x", {}), id="no keys"),
        pytest.param({"partitionKeys": None}, Ok(b"x"), id="null"),
        pytest.param({}, Ok(b"x"), id="metadata without keys"),
        pytest.param(None, Ok(b"x"), id="no metadata"),
        pytest.param({"partitionKeys": ["customer"]}, MALFORMED_KEYS, id="a list of keys"),
        pytest.param({"partitionKeys": "customer"}, MALFORMED_KEYS, id="keys as text"),
        pytest.param("customer", MALFORMED_KEYS, id="metadata as text"),
    ],
)
def test_partition_keys_are_read_with_dynamic_partitioning_only(metadata: Any, outcome: Outcome) -> None:
    # GIVEN an answer with metadata
    payload = json.dumps({"records": [ok("eA==") | {"metadata": metadata}]}).encode()

    # WHEN it is read with and without dynamic partitioning, THEN the keys are there only with it
    assert read_response(payload, [FIRST], partitioned=True) == [outcome]
    assert read_response(payload, [FIRST]) == [Ok(b"x")]
