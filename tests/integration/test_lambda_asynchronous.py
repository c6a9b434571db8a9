"""Asynchronous invocations: retries, destinations, dead letters; and reserved concurrency.

The conditions, counts and errors are those that AWS gave: test_lambda_destinations.snapshot.json
(test_assess_lambda_destination_invocation, test_dead_letter_queue, test_retries) and test_lambda.snapshot.json
(test_reserved_concurrency) below tests/aws/services/lambda_ in https://github.com/localstack/localstack.
"""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws
from tests.integration.lambda_functions import Function
from tests.polling import poll_until

FRAGILE = """
def handler(event, context):
    if event == "fail":
        raise ValueError("on purpose")
    return context.aws_request_id
"""
WAITS = """
import pathlib, time
def handler(event, context):
    pathlib.Path(event, "begun").touch()
    while not pathlib.Path(event, "go").exists():
        time.sleep(0.01)
"""
TOO_MANY = (
    "TooManyRequestsException",
    "Rate Exceeded.",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    429,
)


def throttled(error: ClientError) -> tuple[Any, ...]:
    answer: Any = error.response
    return (
        answer["Error"]["Code"],
        answer["Error"]["Message"],
        answer["Reason"],
        answer["ResponseMetadata"]["HTTPStatusCode"],
    )


def make_queue(sqs: Any, name: str) -> tuple[str, str]:
    """Create a queue; return its URL and ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


def await_message(sqs: Any, url: str) -> dict[str, Any]:
    def receive() -> dict[str, Any] | None:
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MessageAttributeNames=["All"])
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages[0] if messages else None

    return poll_until(f"a message in {url}", receive)


def invoke_later(client: Any, name: str, event: Any) -> str:
    answer = client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    request_id: str = answer["ResponseMetadata"]["RequestId"]
    return request_id


@pytest.mark.parametrize(
    ("event", "condition", "error"),
    [("succeed", "Success", None), ("fail", "RetriesExhausted", "Unhandled")],
)
def test_destination_is_told_how_the_invocation_ended(
    aws: Aws, name: str, event: str, condition: str, error: str | None
) -> None:
    # GIVEN
    client, sqs = aws.client("lambda"), aws.client("sqs")
    Function(client, name, FRAGILE)
    url, arn = make_queue(sqs, name)
    client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": arn}, "OnFailure": {"Destination": arn}},
    )

    # WHEN
    request_id = invoke_later(client, name, event)

    # THEN
    told = json.loads(await_message(sqs, url)["Body"])
    assert told["requestContext"] | {"functionArn": ""} == {
        "requestId": request_id,
        "functionArn": "",
        "condition": condition,
        "approximateInvokeCount": 1,
    }
    assert told["requestPayload"] == event
    context = {"statusCode": 200, "executedVersion": "$LATEST"}
    assert told["responseContext"] == (context if error is None else context | {"functionError": error})
    if error is None:
        assert told["responsePayload"] == request_id
    else:
        assert told["responsePayload"]["errorMessage"] == "on purpose"


def test_failing_invocation_is_tried_three_times_and_then_a_dead_letter(
    aws: Aws, name: str, tmp_path: Path
) -> None:
    # GIVEN
    client, sqs = aws.client("lambda"), aws.client("sqs")
    dead_letters, dead_letters_arn = make_queue(sqs, f"{name}-dead")
    failures, failures_arn = make_queue(sqs, f"{name}-failed")
    attempts = tmp_path / "attempts"
    code = (
        "def handler(event, context):\n"
        "    with open(event, 'a') as attempts:\n"
        "        print(context.aws_request_id, file=attempts)\n"
        "    raise ValueError('on purpose')\n"
    )
    Function(client, name, code, DeadLetterConfig={"TargetArn": dead_letters_arn})
    client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": failures_arn}}
    )

    # WHEN
    request_id = invoke_later(client, name, str(attempts))

    # THEN
    letter = await_message(sqs, dead_letters)
    attributes = {key: value["StringValue"] for key, value in letter["MessageAttributes"].items()}
    assert json.loads(letter["Body"]) == str(attempts)
    assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "on purpose"}
    assert attempts.read_text().split() == [request_id] * 3
    context = json.loads(await_message(sqs, failures)["Body"])["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)


def test_reserved_concurrency_is_not_exceeded(aws: Aws, name: str, tmp_path: Path) -> None:
    # GIVEN
    client = aws.client("lambda")
    function = Function(client, name, WAITS)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)

    # WHEN
    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(function.invoke, str(tmp_path))
        poll_until("the function to run", (tmp_path / "begun").exists)
        with pytest.raises(ClientError) as refused:
            function.invoke(str(tmp_path))
        (tmp_path / "go").touch()
        answers = [running.result(), function.invoke(str(tmp_path))]

    # THEN
    assert throttled(refused.value) == TOO_MANY
    assert [answer.function_error for answer in answers] == [None, None]


def test_reserved_concurrency_of_none_refuses_calls_and_reports_events(aws: Aws, name: str) -> None:
    # GIVEN
    client, sqs = aws.client("lambda"), aws.client("sqs")
    url, arn = make_queue(sqs, name)
    dead_letters, dead_letters_arn = make_queue(sqs, f"{name}-dead")
    function = Function(client, name, FRAGILE, DeadLetterConfig={"TargetArn": dead_letters_arn})
    client.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    # WHEN
    with pytest.raises(ClientError) as refused:
        function.invoke("succeed")
    request_id = invoke_later(client, name, "succeed")

    # THEN
    assert throttled(refused.value) == TOO_MANY
    letter = await_message(sqs, dead_letters)
    attributes = {key: value["StringValue"] for key, value in letter["MessageAttributes"].items()}
    assert json.loads(letter["Body"]) == "succeed"
    assert attributes == {"RequestID": request_id, "ErrorCode": "429", "ErrorMessage": "Rate Exceeded."}
    context = json.loads(await_message(sqs, url)["Body"])["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("ZeroReservedConcurrency", 0)


def test_error_message_of_a_dead_letter_has_a_kibibyte(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    # GIVEN
    client, sqs = aws.client("lambda"), aws.client("sqs")
    dead_letters, arn = make_queue(sqs, name)
    code = "def handler(event, context):\n    raise ValueError('ä' * 2000)\n"
    Function(client, name, code, DeadLetterConfig={"TargetArn": arn})
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)

    # WHEN
    invoke_later(client, name, None)

    # THEN
    letter = await_message(sqs, dead_letters)
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "ä" * 512


def test_maximum_retry_attempts_limits_the_attempts(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html"""
    # GIVEN
    client, sqs = aws.client("lambda"), aws.client("sqs")
    Function(client, name, FRAGILE)
    url, arn = make_queue(sqs, name)
    client.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}}
    )

    # WHEN
    invoke_later(client, name, "fail")

    # THEN
    context = json.loads(await_message(sqs, url)["Body"])["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 2)


def test_client_context_does_not_reach_an_asynchronous_invocation(
    aws: Aws, name: str, tmp_path: Path
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
    # GIVEN
    client = aws.client("lambda")
    Function(
        client,
        name,
        "import pathlib\n"
        "def handler(event, context):\n"
        "    pathlib.Path(event, context.client_context and 'some' or 'none').touch()\n",
    )
    encoded = base64.b64encode(b'{"custom": {"shop": "a"}}').decode()

    # WHEN
    for invocation_type in ("RequestResponse", "Event"):
        client.invoke(
            FunctionName=name,
            InvocationType=invocation_type,
            ClientContext=encoded,
            Payload=json.dumps(str(tmp_path)),
        )

    # THEN
    poll_until("both invocations", lambda: len(list(tmp_path.iterdir())) == 2)
    assert {path.name for path in tmp_path.iterdir()} == {"some", "none"}
