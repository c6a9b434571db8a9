"""What a source record becomes before the function sees it.

https://docs.aws.amazon.com/firehose/latest/dev/decomp-faq.html
https://github.com/radkawar/stackd (its captures of AWS: what fails, control messages)
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
"""

import gzip
import json

import pytest

from emulator.firehose.configuration import Preparation, RecordDeAggregation
from emulator.firehose.decompression import MAXIMUM_DECOMPRESSED_BYTES
from emulator.firehose.preparation import PreparationError, prepare
from emulator.firehose.record import KinesisRecordMetadata, Record

ARRIVAL = 1_767_225_600_000
KINESIS = KinesisRecordMetadata("49578734086442259037497492980620233840400173390482112514", "key", "shard", 2)
RECORD_ID = f"{KINESIS.sequence_number}000002"
JSON = RecordDeAggregation("JSON")


def record(data: bytes) -> Record:
    return Record(RECORD_ID, data, ARRIVAL, KINESIS)


def subscription(*messages: str, message_type: str = "DATA_MESSAGE") -> bytes:
    log_events = [{"id": "1", "timestamp": 1, "message": message} for message in messages]
    return gzip.compress(json.dumps({"messageType": message_type, "logEvents": log_events}).encode())


MESSAGES = subscription('{"a":1}', '{"a":2}')
ENVELOPE = gzip.decompress(MESSAGES)


@pytest.mark.parametrize(
    ("preparation", "data", "prepared"),
    [
        pytest.param(Preparation(), MESSAGES, [MESSAGES], id="nothing set"),
        pytest.param(Preparation(decompress=True), MESSAGES, [ENVELOPE], id="decompression"),
        pytest.param(
            Preparation(decompress=True, extract_messages=False), MESSAGES, [ENVELOPE], id="extraction off"
        ),
        pytest.param(
            Preparation(decompress=True, extract_messages=True),
            MESSAGES,
            [b'{"a":1}\n{"a":2}\n'],
            id="extraction",
        ),
        pytest.param(
            Preparation(decompress=True, extract_messages=True, de_aggregation=JSON),
            MESSAGES,
            [b'{"a":1}', b'{"a":2}'],
            id="all three",
        ),
        pytest.param(
            Preparation(decompress=True, extract_messages=True, de_aggregation=JSON),
            subscription("Checking health", message_type="CONTROL_MESSAGE"),
            [b""],
            id="control message",
        ),
        pytest.param(
            Preparation(decompress=True),
            gzip.compress(b'{"messageType":"CONTROL_MESSAGE"}'),
            [b'{"messageType":"CONTROL_MESSAGE"}'],
            id="control message without extraction",
        ),
        pytest.param(
            Preparation(decompress=True), gzip.compress(b"[1]"), [b"[1]"], id="JSON, but no log data"
        ),
        pytest.param(
            Preparation(decompress=True), gzip.compress(b"9" * 5000), [b"9" * 5000], id="a long number"
        ),
        pytest.param(Preparation(de_aggregation=JSON), b'{"a":1}\n', [b'{"a":1}'], id="one object"),
        pytest.param(Preparation(de_aggregation=JSON), b"text", [b"text"], id="no object"),
    ],
)
def test_stages_follow_one_another(preparation: Preparation, data: bytes, prepared: list[bytes]) -> None:
    assert [each.data for each in prepare(record(data), preparation).records] == prepared


def test_sub_records_share_their_source_and_have_ids_of_their_own() -> None:
    # GIVEN log data with two messages that are objects
    source = record(MESSAGES)
    preparation = Preparation(decompress=True, extract_messages=True, de_aggregation=JSON)

    # WHEN it is prepared
    prepared = prepare(source, preparation).records

    # THEN only data and id differ, and the ids stay the same the next time
    assert prepared == [
        Record(f"{RECORD_ID}000", b'{"a":1}', ARRIVAL, KINESIS, source.data),
        Record(f"{RECORD_ID}001", b'{"a":2}', ARRIVAL, KINESIS, source.data),
    ]
    assert prepare(source, preparation).records == prepared


def test_ids_of_500_sub_records_differ_from_each_other_and_from_their_neighbours() -> None:
    # GIVEN two records of one aggregate, each with 500 objects
    neighbour = Record(f"{KINESIS.sequence_number}000003", b"{}" * 500, ARRIVAL, KINESIS)
    preparation = Preparation(de_aggregation=JSON)

    # WHEN both are prepared
    first, second = prepare(record(b"{}" * 500), preparation), prepare(neighbour, preparation)

    # THEN there are a thousand ids, all different
    assert len({each.record_id for each in first.records + second.records}) == 1000


def test_single_sub_record_keeps_the_id() -> None:
    prepared = prepare(record(b'{"a":1}\n'), Preparation(de_aggregation=JSON)).records

    assert prepared == [Record(RECORD_ID, b'{"a":1}', ARRIVAL, KINESIS)]


@pytest.mark.parametrize("preparation", [Preparation(), Preparation(de_aggregation=JSON)])
def test_record_that_stays_as_it_is_is_not_copied(preparation: Preparation) -> None:
    source = record(b"text")

    assert prepare(source, preparation).records[0] is source


@pytest.mark.parametrize(
    ("preparation", "data", "decompressed_bytes"),
    [
        (Preparation(decompress=True), MESSAGES, len(ENVELOPE)),
        (Preparation(decompress=True, extract_messages=True), MESSAGES, len(ENVELOPE)),
        (Preparation(de_aggregation=JSON), b"{}{}", 0),
    ],
)
def test_size_is_the_one_before_messages_are_extracted(
    preparation: Preparation, data: bytes, decompressed_bytes: int
) -> None:
    assert prepare(record(data), preparation).decompressed_bytes == decompressed_bytes


NOT_LOG_DATA = "Decompression failed because input data does not conform to cloudwatch log."


@pytest.mark.parametrize("extract_messages", [None, False, True])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"text", id="not gzip"),
        pytest.param(MESSAGES[:-1], id="cut off"),
        pytest.param(gzip.compress(b"text"), id="not JSON"),
        pytest.param(gzip.compress(b"NaN"), id="JSON of Python alone"),
        pytest.param(gzip.compress(b"\xff"), id="not UTF-8"),
        pytest.param(gzip.compress(b""), id="empty"),
    ],
)
def test_data_that_aws_does_not_let_through_fails_as_a_whole(
    data: bytes, extract_messages: bool | None
) -> None:
    assert failure(data, extract_messages) == (
        "Decompression failed.",
        NOT_LOG_DATA,
        "decompression-failed",
    )


def test_json_that_is_no_log_data_fails_only_if_messages_are_to_be_extracted() -> None:
    data = gzip.compress(b"{}")

    assert failure(data, extract_messages=True) == (
        "Decompression failed.",
        NOT_LOG_DATA,
        "decompression-failed",
    )
    assert prepare(record(data), Preparation(decompress=True)).records[0].data == b"{}"


def test_data_that_grows_too_large_fails_with_a_reason_of_its_own() -> None:
    code, message, error_output_type = failure(gzip.compress(bytes(MAXIMUM_DECOMPRESSED_BYTES + 1)), None)

    assert (code, error_output_type) == ("Decompression failed.", "decompression-failed")
    assert "more than 33554432 bytes" in message


def failure(data: bytes, extract_messages: bool | None) -> tuple[str, str, str]:
    """Return code, message and error output type of a record that cannot be prepared."""
    with pytest.raises(PreparationError) as raised:
        prepare(record(data), Preparation(decompress=True, extract_messages=extract_messages))
    failed = raised.value.failed
    return failed.error_code, failed.error_message, raised.value.error_output_type
