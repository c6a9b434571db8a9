"""The processor's failures, row by row, and what stays of them.

https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
"""

import json
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from emulator.firehose.function import within
from tests.unit.firehose.fakes import (
    FUNCTION_ARN,
    NOW,
    Subject,
    client_error,
    configuration,
    lambda_processor,
)

ERRORS = "errors/processing-failed/"


def subject(number_of_retries: int = 3, **settings: Any) -> Subject:
    """Return a delivery stream with processor hints of 1 MiB and 5 s, and destination hints of 10 s."""
    processor = lambda_processor(number_of_retries)
    return Subject(configuration(interval_in_seconds=10, processor=processor, **settings))


def run_through(delivery_stream: Subject, seconds: int = 60) -> None:
    """Let a minute pass in small steps."""
    for _ in range(seconds * 10):
        delivery_stream.run(0.1)


def error_lines(delivery_stream: Subject) -> list[dict[str, Any]]:
    return [json.loads(line) for body in delivery_stream.s3.bodies(ERRORS) for line in body.splitlines()]


def refusing(code: str) -> Callable[[dict[str, Any]], Any]:
    return raising(client_error(code))


def raising(error: Exception) -> Callable[[dict[str, Any]], Any]:
    def handler(event: dict[str, Any]) -> Any:
        raise error

    return handler


def answering(payload: bytes) -> Callable[[dict[str, Any]], Any]:
    return lambda event: payload


# How the function behaves, how often it is invoked with 3 retries, and the error code of the record.
@pytest.mark.parametrize(
    ("handler", "invocations", "error_code"),
    [
        pytest.param(refusing("TooManyRequestsException"), 4, "Lambda.InvokeLimitExceeded", id="throttled"),
        pytest.param(refusing("AccessDeniedException"), 4, "Lambda.InvokeAccessDenied", id="denied"),
        pytest.param(refusing("ResourceNotFoundException"), 4, "Lambda.ResourceNotFound", id="gone"),
        pytest.param(refusing("ServiceException"), 4, "Lambda.ServiceException", id="internal error"),
        pytest.param(raising(ReadTimeoutError(endpoint_url="here")), 4, "Lambda.FunctionTimeout", id="timeout"),
        pytest.param(raising(EndpointConnectionError(endpoint_url="here")), 4, "Lambda.InvokeFailed", id="no network"),
        pytest.param(answering(b"not json"), 4, "Lambda.JsonProcessingException", id="not JSON"),
        pytest.param(answering(b"{}"), 1, "Lambda.MissingRecordId", id="no records"),
        pytest.param(answering(b"null"), 1, "Lambda.MissingRecordId", id="nothing returned"),
    ],
)  # fmt: skip
def test_failure_ends_in_an_error_object(
    handler: Callable[[dict[str, Any]], Any], invocations: int, error_code: str
) -> None:
    # GIVEN a function that fails
    stream = subject()
    stream.function.handler = handler
    stream.kinesis.put(b"order")

    # WHEN time passes
    run_through(stream)

    # THEN it was invoked as often as allowed, the record is in the error prefix and reading goes on
    assert len(stream.function.events) == invocations
    assert [(line["errorCode"], line["attemptsMade"], line["rawData"]) for line in error_lines(stream)] == [
        (error_code, invocations, "b3JkZXI=")
    ]
    assert (stream.s3.bodies("data/"), stream.checkpoint()) == ([], 1)


# As AWS's page on monitoring with CloudWatch Logs has them.
@pytest.mark.parametrize(
    ("handler", "error_message"),
    [
        (
            refusing("TooManyRequestsException"),
            "The Lambda concurrent execution limit is exceeded. Increase the concurrent execution limit.",
        ),
        (
            refusing("AccessDeniedException"),
            "Access was denied. Ensure that the access policy allows access to the Lambda function.",
        ),
        (
            refusing("ResourceNotFoundException"),
            "The specified Lambda function does not exist. Use a different function that does exist.",
        ),
        (
            answering(b'["not", "an", "object"]'),
            "There was an error parsing returned records from the Lambda function. Ensure that the returned records "
            "follow the status model required by Amazon Data Firehose.",
        ),
    ],
    ids=["throttled", "denied", "gone", "unreadable answer"],
)
def test_failure_is_told_in_the_words_of_aws(
    handler: Callable[[dict[str, Any]], Any], error_message: str
) -> None:
    # GIVEN
    stream = subject(number_of_retries=0)
    stream.function.handler = handler
    stream.kinesis.put(b"order")

    # WHEN
    run_through(stream)

    # THEN
    assert [line["errorMessage"] for line in error_lines(stream)] == [error_message]


def test_function_error_fails_the_whole_batch_after_the_retries() -> None:
    # GIVEN a function that raises
    stream = subject(number_of_retries=2)
    stream.function.function_error = "Unhandled"
    stream.kinesis.put(b"first", b"second")

    # WHEN time passes
    run_through(stream)

    # THEN both records are in the error prefix, with AWS's keys in AWS's order
    (first, second) = error_lines(stream)
    assert first == {
        "rawData": "Zmlyc3Q=",
        "errorCode": "Lambda.FunctionError",
        "errorMessage": "The Lambda function was successfully invoked but it returned an error result.",
        "attemptsMade": 3,
        "arrivalTimestamp": round(NOW * 1000),
        "attemptEndingTimestamp": first["attemptEndingTimestamp"],
        "lambdaARN": FUNCTION_ARN,
    }
    assert list(first) == [
        "rawData",
        "errorCode",
        "errorMessage",
        "attemptsMade",
        "arrivalTimestamp",
        "attemptEndingTimestamp",
        "lambdaARN",
    ]
    assert (second["rawData"], len(stream.function.events)) == ("c2Vjb25k", 3)
    assert first["attemptEndingTimestamp"] > first["arrivalTimestamp"]


def test_retry_that_succeeds_delivers_with_the_same_record_ids() -> None:
    # GIVEN a function that fails once
    stream = subject()
    answers = iter([b"not json"])
    good = stream.function.handler
    stream.function.handler = lambda event: next(answers, None) or good(event)
    stream.kinesis.put(b"order")

    # WHEN time passes
    run_through(stream)

    # THEN the record is delivered, and the second event differs in its invocation id only
    once, again = stream.function.events
    assert once["records"] == again["records"]
    assert once["invocationId"] != again["invocationId"]
    assert (stream.s3.bodies(), stream.checkpoint()) == ([b"ORDER"], 1)


def test_zero_retries_means_one_attempt() -> None:
    stream = subject(number_of_retries=0)
    stream.function.function_error = "Unhandled"
    stream.kinesis.put(b"order")

    run_through(stream)

    assert [line["attemptsMade"] for line in error_lines(stream)] == [1]


def test_records_of_one_batch_go_where_each_of_them_belongs() -> None:
    # GIVEN one record of each result
    stream = subject()
    stream.kinesis.put(b"one", b"drop", b"fail", b"two")

    # WHEN time passes
    run_through(stream)

    # THEN the good ones are delivered, the failed one is in the error prefix, the dropped one nowhere
    assert stream.s3.bodies("data/") == [b"ONETWO"]
    assert [(line["errorCode"], line["rawData"]) for line in error_lines(stream)] == [
        ("Lambda.ProcessingFailedStatus", "ZmFpbA==")
    ]
    assert (len(stream.s3.objects), stream.checkpoint()) == (2, 4)


def test_record_ids_that_do_not_come_back_fail_alone() -> None:
    # GIVEN a function that returns half of its records
    stream = subject()
    good = stream.function.handler
    stream.function.handler = lambda event: {"records": good(event)["records"][::2]}
    stream.kinesis.put(b"one", b"two", b"three", b"four")

    # WHEN time passes
    run_through(stream)

    # THEN the other half is in the error prefix after one attempt
    assert stream.s3.bodies("data/") == [b"ONETHREE"]
    assert [(line["errorCode"], line["attemptsMade"]) for line in error_lines(stream)] == [
        ("Lambda.MissingRecordId", 1)
    ] * 2


def test_dropped_record_settles_at_once() -> None:
    # GIVEN a batch in which everything is dropped
    stream = subject()
    stream.kinesis.put(b"drop")

    # WHEN the function was invoked
    stream.run()
    stream.run(5)

    # THEN nothing is delivered and the checkpoint has moved
    assert (stream.s3.objects, stream.checkpoint()) == ({}, 1)


def test_processor_buffer_waits_for_its_hints_and_the_destination_for_its_own() -> None:
    # GIVEN a record, with processor hints of 5 s and destination hints of 10 s
    stream = subject()
    stream.kinesis.put(b"order")
    stream.run()

    # WHEN time passes, THEN the function is invoked after 5 s and the object written 10 s later
    stream.run(4.9)
    assert stream.function.events == []
    stream.run(0.1)
    assert len(stream.function.events) == 1
    stream.run(9.9)
    assert stream.s3.objects == {}
    stream.run(0.1)
    assert stream.s3.bodies() == [b"ORDER"]


def test_record_too_large_for_a_request_goes_to_the_error_prefix() -> None:
    # GIVEN a record of 5 MB, which Lambda could not be sent
    stream = subject()
    stream.kinesis.put(b"x" * 5_000_000, b"order")

    # WHEN time passes
    run_through(stream)

    # THEN it fails alone
    assert [line["errorCode"] for line in error_lines(stream)] == ["Lambda.RequestTooLarge"]
    assert stream.s3.bodies("data/") == [b"ORDER"]


def test_call_that_does_not_end_is_given_up() -> None:
    ended = Event()
    with pytest.raises(TimeoutError):
        within(0.001, ended.wait)
    ended.set()


def test_call_within_its_time_returns_or_raises_what_it_does() -> None:
    assert within(10, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(10, lambda: 1 // 0)
