"""Which requests to invoke a function are refused.

The limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. The errors:
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

import base64
import json

import pytest

from emulator.lambda_.invocation_request import (
    MAX_EVENT_BYTES,
    MAX_PAYLOAD_BYTES,
    InvocationRefusedError,
    check_invocation_type,
    check_payload,
    read_client_context,
)

REQUEST_TOO_LARGE = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
EVENT_TOO_LARGE = "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"null",
        b"1.5",
        b'"text"',
        b'["\\ud800"]',
        b" [1] \n",
        b"[-" + b"1" * 5000 + b"]",
        '"\u00e4"'.encode(),
    ],
)
def test_json_of_any_kind_is_a_payload(payload: bytes) -> None:
    check_payload(payload, None)


@pytest.mark.parametrize(
    "payload",
    [b" ", b"text", b"{", b"NaN", b"-Infinity", b"1 2", b"\xff", b"'text'", b"[" * 100_000],
    ids=["space", "text", "half", "NaN", "infinity", "two", "no UTF-8", "quotes", "deep"],
)
def test_what_is_no_json_is_no_payload(payload: bytes) -> None:
    # WHEN
    with pytest.raises(InvocationRefusedError) as refusal:
        check_payload(payload, None)

    # THEN
    assert refusal.value.code == "InvalidRequestContentException"
    assert refusal.value.message.startswith(
        "Could not parse request body into json: Could not parse payload into json: "
    )


@pytest.mark.parametrize(
    ("invocation_type", "limit", "message"),
    [
        (None, MAX_PAYLOAD_BYTES, REQUEST_TOO_LARGE),
        ("RequestResponse", MAX_PAYLOAD_BYTES, REQUEST_TOO_LARGE),
        ("Event", MAX_EVENT_BYTES, EVENT_TOO_LARGE),
    ],
)
def test_payload_has_a_largest_size(invocation_type: str | None, limit: int, message: str) -> None:
    """The message for an event is AWS's: https://github.com/ASFHyP3/hyp3/issues/2241, when the limit was 256 KiB."""
    # GIVEN
    check_payload(b'"' + b"x" * (limit - 2) + b'"', invocation_type)

    # WHEN
    with pytest.raises(InvocationRefusedError) as refusal:
        check_payload(b'"' + b"x" * (limit - 1) + b'"', invocation_type)

    # THEN
    assert (refusal.value.code, refusal.value.status, refusal.value.message) == (
        "RequestEntityTooLargeException",
        413,
        message,
    )


@pytest.mark.parametrize("encoded", [None, ""])
def test_no_client_context_is_none(encoded: str | None) -> None:
    assert read_client_context(encoded) is None


def test_client_context_is_an_object_in_base64() -> None:
    # GIVEN
    context = {"custom": {"shop": "\u00e4"}}

    # WHEN
    read = read_client_context(base64.b64encode(json.dumps(context).encode()).decode())

    # THEN it can be a header's value
    assert read is not None
    assert read.isascii()
    assert json.loads(read) == context


def test_client_context_has_a_largest_size() -> None:
    # GIVEN the most that base64, in groups of four characters, can have
    largest = base64.b64encode(b'{"shop":"' + b"x" * 2674 + b'"}').decode()
    assert len(largest) == 3580
    read_client_context(largest)

    # WHEN / THEN
    with pytest.raises(InvocationRefusedError, match="Client context must be at most 3583 bytes") as refusal:
        read_client_context(base64.b64encode(b'{"shop":"' + b"x" * 2675 + b'"}').decode())
    assert refusal.value.code == "InvalidRequestContentException"


@pytest.mark.parametrize("encoded", ["no base64", "MQ==", base64.b64encode(b"\xff{").decode(), "e30"])
def test_other_client_contexts_are_refused(encoded: str) -> None:
    with pytest.raises(
        InvocationRefusedError, match="Client context must be a valid Base64-encoded JSON object"
    ):
        read_client_context(encoded)


@pytest.mark.parametrize(
    ("invocation_type", "log_type", "field"),
    [("Sometimes", None, "invocationType"), (None, "Head", "logType"), ("", None, "invocationType")],
)
def test_values_that_lambda_does_not_know_are_refused(
    invocation_type: str | None, log_type: str | None, field: str
) -> None:
    # WHEN
    with pytest.raises(InvocationRefusedError, match=f"at '{field}' failed to satisfy constraint") as refusal:
        check_invocation_type(invocation_type, log_type)

    # THEN
    assert refusal.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("invocation_type", "log_type"), [(None, None), ("DryRun", "None"), ("Event", "Tail")]
)
def test_values_that_lambda_knows_are_taken(invocation_type: str | None, log_type: str | None) -> None:
    check_invocation_type(invocation_type, log_type)
