"""Messages from what a CloudWatch Logs subscription sends.

https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html
"""

import json
from typing import Any

import pytest

from emulator.firehose.cloudwatch_logs import EnvelopeError, extract_messages


def envelope(*messages: str, **changes: Any) -> bytes:
    """Return an envelope with AWS's keys."""
    log_events = [
        {"id": f"{number:056d}", "timestamp": 1432826855000, "message": message}
        for number, message in enumerate(messages)
    ]
    whole = {
        "owner": "111111111111",
        "logGroup": "CloudTrail/logs",
        "logStream": "111111111111_CloudTrail/logs_us-east-1",
        "subscriptionFilters": ["Destination"],
        "messageType": "DATA_MESSAGE",
        "logEvents": log_events,
    }
    return json.dumps(whole | changes).encode()


# The documentation's example; the missing brace is its own.
ROOTS = [f'{{"eventVersion":"1.03","userIdentity":{{"type":"Root{number}"}}' for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        pytest.param(envelope(*ROOTS), "".join(f"{root}\n" for root in ROOTS).encode(), id="documentation"),
        pytest.param(envelope("only"), b"only\n", id="one"),
        pytest.param(envelope("Grüße", "注文"), "Grüße\n注文\n".encode(), id="not ASCII"),
        pytest.param(envelope("two\nlines"), b"two\nlines\n", id="message with a newline"),
        pytest.param(envelope(""), b"\n", id="empty message"),
        pytest.param(envelope(), b"", id="no log events"),
        pytest.param(
            envelope(
                "CWL CONTROL MESSAGE: Checking health of destination Firehose.",
                messageType="CONTROL_MESSAGE",
                owner="CloudwatchLogs",
                logGroup="",
                logStream="",
                subscriptionFilters=[],
            ),
            b"",
            id="control message",
        ),
    ],
)
def test_messages_are_extracted_in_order_one_to_a_line(data: bytes, messages: bytes) -> None:
    assert extract_messages(data) == messages


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"plain text", id="not JSON"),
        pytest.param(b"\xff\xfe\xff", id="not text"),
        pytest.param(b"[]", id="not an object"),
        pytest.param(envelope("a", owner=float("nan")), id="NaN"),
        pytest.param(b'{"order_id": "o-1"}', id="another object"),
        pytest.param(envelope("a", messageType="OTHER"), id="unknown message type"),
        pytest.param(envelope("a", logEvents={}), id="log events are no list"),
        pytest.param(envelope("a", logEvents=[{"id": "1"}]), id="log event without a message"),
        pytest.param(envelope("a", logEvents=[{"message": 1}]), id="message is no text"),
        pytest.param(envelope("a", logEvents=["a"]), id="log event is no object"),
        pytest.param(envelope("\ud800"), id="half a character"),
        pytest.param(b"[" * 100_000, id="nested too deeply"),
    ],
)
def test_anything_else_is_an_error(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        extract_messages(data)
