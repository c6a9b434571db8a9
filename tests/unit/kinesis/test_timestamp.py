"""Timestamps of requests: seconds with their fraction in JSON, whatever was parsed elsewhere."""

from datetime import UTC, datetime

from emulator.kinesis.timestamp import exact_timestamp

JSON, CBOR = "application/x-amz-json-1.1", "application/x-amz-cbor-1.1"
WHOLE = datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_json_keeps_its_fraction() -> None:
    body = b'{"Timestamp": 1767225601.25, "StartingPosition": {"Timestamp": 1767225601.5}}'

    assert exact_timestamp(WHOLE, JSON, body, "Timestamp") == WHOLE.replace(microsecond=250_000)
    assert exact_timestamp(WHOLE, JSON, body, "StartingPosition", "Timestamp") == WHOLE.replace(
        microsecond=500_000
    )
    assert exact_timestamp(WHOLE, JSON, b'{"Timestamp": 1767225601}', "Timestamp") == WHOLE


def test_what_is_not_json_or_not_there_stays_as_it_was_parsed() -> None:
    assert exact_timestamp(WHOLE, CBOR, b"\xa0", "Timestamp") == WHOLE
    assert exact_timestamp(None, JSON, b"{}", "Timestamp") is None
