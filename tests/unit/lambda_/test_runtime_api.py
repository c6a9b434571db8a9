"""The Runtime API's state: what a runtime may do when, and what the execution environment learns of it."""

import json
from http import HTTPStatus

import pytest

from emulator.lambda_.runtime_api import (
    ACCEPTED,
    Answer,
    FunctionFailure,
    Invocation,
    Response,
    RuntimeApi,
    RuntimeExit,
)

INVOCATION = Invocation("request-1", b'{"a":1}', "arn:aws:lambda:eu-north-1:000000000000:function:f", 1000)
INVALID_REQUEST_ID = Answer(
    HTTPStatus.BAD_REQUEST, b'{"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}'
)


@pytest.fixture
def api() -> RuntimeApi:
    return RuntimeApi(max_response_bytes=100)


@pytest.fixture
def busy_api(api: RuntimeApi) -> RuntimeApi:
    """Return the API of a runtime that has taken `INVOCATION`."""
    api.submit(INVOCATION)
    assert api.next_invocation() == INVOCATION
    return api


def test_response_is_the_outcome(busy_api: RuntimeApi) -> None:
    # WHEN
    answer = busy_api.respond("request-1", b'"done"')

    # THEN
    assert (answer, busy_api.await_outcome(0)) == (ACCEPTED, Response(b'"done"'))


def test_error_is_the_outcome(busy_api: RuntimeApi) -> None:
    # WHEN
    answer = busy_api.fail("request-1", "ValueError", b"{}")

    # THEN
    assert (answer, busy_api.await_outcome(0)) == (ACCEPTED, FunctionFailure("ValueError", b"{}"))


def test_response_over_the_limit_is_refused_and_fails_the_invocation(busy_api: RuntimeApi) -> None:
    """The payload is AWS's: tests/aws/services/lambda_/test_lambda.snapshot.json, test_lambda_too_large_response,
    in https://github.com/localstack/localstack, recorded on AWS on 2025-11-24."""
    # WHEN
    answer = busy_api.respond("request-1", None)

    # THEN
    outcome = busy_api.await_outcome(0)
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert isinstance(outcome, FunctionFailure)
    assert json.loads(outcome.payload) == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (100 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


def test_answer_to_another_request_is_refused(busy_api: RuntimeApi) -> None:
    # WHEN
    answer = busy_api.respond("request-0", b"1")

    # THEN
    assert (answer, busy_api.await_outcome(0)) == (INVALID_REQUEST_ID, None)


def test_second_answer_is_refused_and_the_first_stands(busy_api: RuntimeApi) -> None:
    """As internal/lambda/core/states.go in https://github.com/aws/aws-lambda-runtime-interface-emulator has it."""
    # GIVEN
    busy_api.respond("request-1", b"1")

    # WHEN
    answer = busy_api.fail("request-1", "ValueError", b"{}")

    # THEN
    assert (answer.status, json.loads(answer.body)["errorType"], busy_api.await_outcome(0)) == (
        HTTPStatus.FORBIDDEN,
        "InvalidStateTransition",
        Response(b"1"),
    )


def test_runtime_that_asks_again_before_it_answered_gets_the_same_invocation(busy_api: RuntimeApi) -> None:
    # WHEN
    again = busy_api.next_invocation()

    # THEN
    assert (again, busy_api.respond("request-1", b"1")) == (INVOCATION, ACCEPTED)


def test_answer_before_any_invocation_is_refused(api: RuntimeApi) -> None:
    assert api.respond("request-1", b"1") == INVALID_REQUEST_ID


def test_exit_of_a_busy_runtime_is_the_outcome(busy_api: RuntimeApi) -> None:
    # WHEN
    busy_api.exited(-11)

    # THEN
    assert (busy_api.await_outcome(0), busy_api.ready) == (RuntimeExit(-11), False)


def test_exit_after_the_answer_does_not_change_the_outcome(busy_api: RuntimeApi) -> None:
    # GIVEN
    busy_api.respond("request-1", b"1")

    # WHEN
    busy_api.exited(1)

    # THEN
    assert (busy_api.await_outcome(0), busy_api.await_next(0), busy_api.ready) == (
        Response(b"1"),
        True,
        False,
    )


def test_runtime_gets_nothing_more_once_its_process_has_ended(api: RuntimeApi) -> None:
    # GIVEN
    api.submit(INVOCATION)
    api.exited(0)

    # WHEN / THEN
    assert api.next_invocation() is None


def test_nothing_is_known_before_the_runtime_asks_for_an_invocation(api: RuntimeApi) -> None:
    assert (api.await_initialization(0), api.ready) == (False, False)


def test_initialization_failure_counts_once_the_process_has_ended(api: RuntimeApi) -> None:
    # GIVEN
    answer = api.fail_initialization("Runtime.ImportModuleError", b"{}")
    before = api.await_initialization(0)

    # WHEN
    api.exited(1)

    # THEN
    assert (answer, before, api.await_initialization(0)) == (
        ACCEPTED,
        False,
        FunctionFailure("Runtime.ImportModuleError", b"{}"),
    )


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ("Runtime.ImportModuleError", "Runtime.ImportModuleError"),
        ("Function.Broken", "Function.Broken"),
        ("ValueError", "Runtime.Unknown"),
        ("Runtime.lower", "Runtime.Unknown"),
        ("", "Runtime.Unknown"),
    ],
)
def test_platform_has_a_name_of_its_own_for_an_exception_of_the_code(reported: str, expected: str) -> None:
    """As internal/lambda/fatalerror in https://github.com/aws/aws-lambda-runtime-interface-emulator has it."""
    assert FunctionFailure(reported, b"{}").platform_error_type == expected


def test_exit_without_a_report_fails_the_initialization(api: RuntimeApi) -> None:
    # WHEN
    api.exited(3)

    # THEN
    assert api.await_initialization(0) == RuntimeExit(3)


def test_initialization_error_of_a_busy_runtime_is_refused(busy_api: RuntimeApi) -> None:
    assert busy_api.fail_initialization("Late", b"{}").status == HTTPStatus.FORBIDDEN
