"""What a function finds when it runs, and what becomes of its output and its code."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Aws
from tests.emulator_process import EmulatorProcess
from tests.integration.lambda_functions import Function, await_log, normalize, zip_of
from tests.polling import poll_until

# The names of a python3.13 function's environment on AWS (test_lambda_common.snapshot.json in
# https://github.com/localstack/localstack, test_introspection_invoke, recorded on 2026-01-12), without those of its
# shell (PWD, SHLVL) and of the X-Ray daemon's address in parts, and the two that the emulator adds.
ENVIRONMENT_NAMES = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ENDPOINT_URL",
    "TMPDIR",
}

INTROSPECTION = """
import os, resource, tempfile, threading
def handler(event, context):
    return {
        "environment": dict(os.environ),
        "directory is the task root": os.getcwd() == os.path.realpath(os.environ["LAMBDA_TASK_ROOT"]),
        "temporary directory": os.path.basename(tempfile.gettempdir()),
        "leads its process group": os.getpgrp() == os.getpid(),
        "open files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "core bytes": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "threads": len(threading.enumerate()),
        "function_name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "some time remains": 0 < context.get_remaining_time_in_millis() <= 27000,
    }
"""


def test_function_finds_lambdas_environment_and_its_own(
    aws: Aws, emulator: EmulatorProcess, name: str
) -> None:
    # GIVEN
    function = Function(
        aws.client("lambda"), name, INTROSPECTION, Environment={"Variables": {"STAGE": "test"}}, Timeout=27
    )

    # WHEN
    found = function.invoke().payload
    environment = found.pop("environment")

    # THEN
    # CPython sets LC_CTYPE itself where the locale of LANG is not installed; AWS's own images show it too.
    assert set(environment) - {"LC_CTYPE"} == ENVIRONMENT_NAMES | {"STAGE"}
    assert (environment["STAGE"], environment["AWS_EXECUTION_ENV"], environment["AWS_ENDPOINT_URL"]) == (
        "test",
        "AWS_Lambda_python3.11",
        emulator.url,
    )
    assert found == {
        "directory is the task root": True,
        "temporary directory": "tmp",
        "leads its process group": True,
        "open files": 1024,
        "core bytes": 0,
        "threads": 1,
        "function_name": name,
        "memory": "128",
        "arn": f"arn:aws:lambda:eu-north-1:000000000000:function:{name}:$LATEST",
        "some time remains": True,
    }


def test_function_reaches_the_emulator_through_boto3(aws: Aws, name: str) -> None:
    # GIVEN
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket=event, Key='from-lambda', Body=b'hello')\n"
    )
    function = Function(aws.client("lambda"), name, code, MemorySize=512)

    # WHEN
    result = function.invoke(name)

    # THEN
    assert (result.function_error, result.payload) == (None, None)
    assert aws.client("s3").get_object(Bucket=name, Key="from-lambda")["Body"].read() == b"hello"


CHATTY = """
import logging, os, sys
logging.getLogger().setLevel(logging.INFO)
print("loading åäö 🧾")
def handler(event, context):
    for number in range(event):
        (print if number % 2 else lambda text: print(text, file=sys.stderr))(f"line {number}")
    logging.info("one\\nmessage")
    os.system("echo from a program")
    sys.stdout.write("unfinished")
"""


def test_output_is_in_the_log_complete_and_in_order(aws: Aws, name: str) -> None:
    # GIVEN
    function = Function(aws.client("lambda"), name, CHATTY)

    # WHEN
    result = function.invoke(3000)

    # THEN
    log = await_log(aws.client("logs"), name)
    message = log[3003].split("\t")
    assert [normalize(event) for event in log[:3]] == [
        "INIT_START Runtime Version: python:3.x",
        "loading åäö 🧾",
        "START RequestId: REQUEST Version: $LATEST",
    ]
    assert log[3:3003] == [f"line {number}" for number in range(3000)]
    assert (message[0], message[-1]) == ("[INFO]", "one\nmessage")
    assert log[3004:3006] == ["from a program", "unfinished"]
    assert [normalize(event)[:10] for event in log[3006:]] == ["END Reques", "REPORT Req"]
    assert result.log_tail[-2:] == [event.rstrip("\n") for event in log[-2:]]


def test_log_tail_begins_with_the_invocation(aws: Aws, name: str) -> None:
    """As recorded on AWS: test_invocation_with_qualifier in test_lambda.snapshot.json, in LocalStack's repository."""
    # GIVEN
    code = "def handler(event, context):\n    print('hello')\n"
    version = Function(aws.client("lambda"), name, code, Publish=True)

    # WHEN
    result = version.invoke(qualifier="1")

    # THEN
    assert [normalize(line) for line in result.log_tail[:-1]] == [
        "START RequestId: REQUEST Version: 1",
        "hello",
        "END RequestId: REQUEST",
    ]
    assert await_log(aws.client("logs"), name)[0].startswith("INIT_START ")


def test_log_is_complete_when_the_function_is_deleted_at_once(aws: Aws, name: str) -> None:
    # GIVEN
    client = aws.client("lambda")
    function = Function(
        client,
        name,
        "def handler(event, context):\n    for number in range(2000):\n        print(event, number)\n",
    )

    # WHEN
    for event in range(4):
        function.invoke(event)
    client.delete_function(FunctionName=name)

    # THEN
    log = await_log(aws.client("logs"), name, reports=4)
    assert [line for line in log if line[0].isdigit()] == [
        f"{event} {number}" for event in range(4) for number in range(2000)
    ]


def test_log_format_json_holds_for_the_function_and_the_platform(aws: Aws, name: str) -> None:
    # GIVEN
    code = "import logging\ndef handler(event, context):\n    logging.warning('careful')\n"
    function = Function(aws.client("lambda"), name, code, LoggingConfig={"LogFormat": "JSON"})

    # WHEN
    events = [json.loads(line) for line in function.invoke().log_tail]

    # THEN
    assert [event.get("type", event.get("message")) for event in events] == [
        "platform.start",
        "careful",
        "platform.report",
    ]


RENDEZVOUS = """
import pathlib, time, uuid
def handler(event, context):
    directory = pathlib.Path(event["directory"])
    (directory / str(uuid.uuid4())).touch()
    while len(list(directory.iterdir())) < event["callers"]:
        time.sleep(0.01)
    return context.log_stream_name
"""


def test_concurrent_invocations_have_an_environment_each_which_is_used_again(
    aws: Aws, name: str, tmp_path: Path
) -> None:
    # GIVEN
    function = Function(aws.client("lambda"), name, RENDEZVOUS)
    event = {"directory": str(tmp_path), "callers": 4}

    # WHEN
    with ThreadPoolExecutor(4) as callers:
        together = list(callers.map(lambda _: function.invoke(event).payload, range(4)))
    later = [function.invoke(event).payload for _ in range(3)]

    # THEN
    assert len(set(together)) == 4
    assert set(later) <= set(together)


def test_updated_code_is_used_and_what_runs_is_finished(aws: Aws, name: str, tmp_path: Path) -> None:
    # GIVEN
    old = (
        "import pathlib, time\n"
        "def handler(event, context):\n"
        "    pathlib.Path(event, 'begun').touch()\n"
        "    while not pathlib.Path(event, 'finish').exists():\n"
        "        time.sleep(0.01)\n"
        "    print('finished')\n"
        "    return 'old'\n"
    )
    function = Function(aws.client("lambda"), name, old)
    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(function.invoke, str(tmp_path))
        poll_until("the old code to run", (tmp_path / "begun").exists)

        # WHEN
        function.update("def handler(event, context):\n    return 'new'\n")
        after_update = function.invoke().payload
        (tmp_path / "finish").touch()

        # THEN
        assert (after_update, running.result().payload) == ("new", "old")
    assert "finished" in await_log(aws.client("logs"), name, reports=2)


def test_version_keeps_its_code_and_is_reached_by_alias(aws: Aws, name: str) -> None:
    # GIVEN
    client = aws.client("lambda")
    code = "def handler(event, context):\n    return ['{}', context.function_version]\n"
    function = Function(client, name, code.format("one"))
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)

    # WHEN
    function.update(code.format("two"))

    # THEN
    answers = [function.invoke(qualifier=qualifier).payload for qualifier in ("$LATEST", version, "live")]
    assert answers == [["two", "$LATEST"], ["one", version], ["one", version]]


def test_alias_with_weights_reaches_both_versions(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""
    # GIVEN
    client = aws.client("lambda")
    code = (
        "def handler(event, context):\n    return [context.function_version, context.invoked_function_arn]\n"
    )
    function = Function(client, name, code)
    first = client.publish_version(FunctionName=name)["Version"]
    function.update(f"{code}# two\n")
    second = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion=first,
        RoutingConfig={"AdditionalVersionWeights": {second: 0.5}},
    )

    # WHEN
    # One version alone has a chance of one in 2^29.
    answers = [function.invoke(qualifier="live").payload for _ in range(30)]
    updated = client.update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {second: 0.25}}
    )
    with pytest.raises(client.exceptions.InvalidParameterValueException) as refused:
        client.update_alias(
            FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {first: 0.25}}
        )
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=second, RoutingConfig={})
    last = function.invoke(qualifier="live").payload

    # THEN
    assert {version for version, _ in answers} == {first, second}
    assert {arn for _, arn in answers} == {f"arn:aws:lambda:eu-north-1:000000000000:function:{name}:live"}
    assert updated["RoutingConfig"] == {"AdditionalVersionWeights": {second: 0.25}}
    assert refused.match("already included in routing configuration")
    assert last[0] == second


def test_layers_are_importable_and_the_later_one_wins(aws: Aws, name: str) -> None:
    # GIVEN
    client = aws.client("lambda")
    arns = [
        client.publish_layer_version(
            LayerName=f"{name}-{number}",
            Content={"ZipFile": zip_of({"python/shared.py": f"NUMBER = {number}\n", f"only-{number}": ""})},
        )["LayerVersionArn"]
        for number in (1, 2)
    ]
    code = "import shared\ndef handler(event, context):\n    return shared.NUMBER\n"

    # WHEN
    function = Function(client, name, code, Layers=arns)

    # THEN
    assert function.invoke().payload == 2


def test_event_survives_the_way_to_the_function_and_back(aws: Aws, name: str) -> None:
    # GIVEN
    function = Function(
        aws.client("lambda"), name, "def handler(event, context):\n    return event\n", Timeout=30
    )
    event: dict[str, Any] = {
        "text": "åäö 🧾 \u0000\\",
        "number": 380.66,
        "list": [None, True, {}],
        "big": "x" * 5_000_000,
    }

    # WHEN
    result = function.invoke(event)

    # THEN
    assert (result.function_error, result.payload == event) == (None, True)


def test_invocations_errors_and_durations_are_metrics(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""
    # GIVEN
    code = "def handler(event, context):\n    assert event\n"
    function = Function(aws.client("lambda"), name, code)
    started = time.time()

    # WHEN
    function.invoke(True)
    function.invoke(False)

    # THEN
    def statistic(metric_name: str) -> tuple[float, float]:
        points = aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric_name,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=started - 60,
            EndTime=started + 300,
            Period=3600,
            Statistics=["SampleCount", "Sum"],
        )["Datapoints"]
        return sum(point["SampleCount"] for point in points), sum(point["Sum"] for point in points)

    poll_until("the metrics of both", lambda: statistic("Invocations") == (2, 2))
    assert statistic("Errors") == (2, 1)
    assert (statistic("Duration")[0], statistic("Duration")[1] > 0) == (2, True)


def test_client_context_reaches_the_function(aws: Aws, name: str) -> None:
    # GIVEN
    code = (
        "def handler(event, context):\n    return context.client_context and context.client_context.custom\n"
    )
    function = Function(aws.client("lambda"), name, code)
    encoded = base64.b64encode(json.dumps({"custom": {"shop": "\u00e4"}}).encode()).decode()

    # WHEN
    answer = aws.client("lambda").invoke(FunctionName=name, ClientContext=encoded)

    # THEN
    assert json.load(answer["Payload"]) == {"shop": "\u00e4"}
    assert function.invoke().payload is None


@pytest.mark.parametrize("qualifier", [None, "99", "alias"])
def test_version_that_is_not_there_is_not_found(aws: Aws, name: str, qualifier: str | None) -> None:
    """The message is AWS's: tests/aws/services/lambda_/test_lambda.snapshot.json, test_invoke_exceptions, in
    https://github.com/localstack/localstack."""
    # GIVEN
    client = aws.client("lambda")
    if qualifier:
        Function(client, name, "def handler(event, context):\n    return 1\n")

    # WHEN
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refusal:
        client.invoke(FunctionName=name, **({"Qualifier": qualifier} if qualifier else {}))

    # THEN
    arn = f"arn:aws:lambda:eu-north-1:000000000000:function:{name}:{qualifier or '$LATEST'}"
    assert refusal.value.response["Error"]["Message"] == f"Function not found: {arn}"


def test_payload_that_is_no_json_runs_nothing(aws: Aws, name: str) -> None:
    # GIVEN
    client = aws.client("lambda")
    Function(client, name, "def handler(event, context):\n    return event\n")

    # WHEN
    with pytest.raises(client.exceptions.InvalidRequestContentException) as refusal:
        client.invoke(FunctionName=name, Payload=b"NaN")

    # THEN
    assert refusal.match("Could not parse request body into json: Could not parse payload into json")
    assert json.load(client.invoke(FunctionName=name)["Payload"]) == {}
