"""The stack of template.yaml is valid on AWS, and is what bootstrap makes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-guide.html
"""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from localstack.services.cloudformation.engine.yaml_parser import parse_yaml

import bootstrap
from bootstrap import names, policy
from bootstrap.delivery_stream import destination_configuration
from bootstrap.function import ensure_function
from bootstrap.pipe import ensure_pipe
from bootstrap.table import ensure_table
from sandbox.settings import load_settings
from tests.unit.bootstrap.fake_aws import PLACE, FakeDynamoDB, FakeLambda, FakePipes, make_aws

PATH = Path(bootstrap.__file__).parent / "template.yaml"
PSEUDO_PARAMETERS = {
    "AWS::Partition": PLACE.partition,
    "AWS::Region": PLACE.region,
    "AWS::AccountId": PLACE.account_id,
}
ATTRIBUTES = {
    "Table.StreamArn": "arn:OrderTable/stream/1",
    "Stream.Arn": PLACE.arn("kinesis", f"stream/{names.STREAM_NAME}"),
    "Bucket.Arn": PLACE.bucket_arn(names.BUCKET_NAME),
    "DeadLetterQueue.Arn": PLACE.arn("sqs", names.DEAD_LETTER_QUEUE_NAME),
    "Function.Arn": PLACE.arn("lambda", f"function:{names.FUNCTION_NAME}"),
    "FunctionRole.Arn": PLACE.role_arn(names.FUNCTION_ROLE_NAME),
    "DeliveryStreamRole.Arn": PLACE.role_arn(names.DELIVERY_STREAM_ROLE_NAME),
    "PipeRole.Arn": PLACE.role_arn(names.PIPE_ROLE_NAME),
    "DeliveryStreamLogGroup": names.DELIVERY_STREAM_LOG_GROUP,
}


class Stack:
    """The template with its defaults filled in."""

    def __init__(self) -> None:
        self._template = parse_yaml(PATH.read_text(encoding="utf-8"))
        defaults = {name: each.get("Default") for name, each in self._template["Parameters"].items()}
        self._values = PSEUDO_PARAMETERS | defaults

    def properties(self, resource: str) -> Any:
        """Return the properties of a resource, resolved."""
        return self._resolve(self._template["Resources"][resource]["Properties"])

    def _resolve(self, value: Any) -> Any:
        match value:
            case {"Ref": name}:
                return ATTRIBUTES.get(name, self._values.get(name))
            case {"Fn::GetAtt": attribute}:
                return ATTRIBUTES[attribute if isinstance(attribute, str) else ".".join(attribute)]
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._values[found[1]]), text)
            case dict():
                return {key: self._resolve(member) for key, member in value.items()}
            case list():
                return [self._resolve(member) for member in value]
            case _:
                return value


@pytest.fixture
def stack() -> Stack:
    return Stack()


def test_template_is_valid_for_aws() -> None:
    # WHEN the linter reads the template, with its informational rules too, THEN it has nothing to say
    linter = Path(sys.executable).with_name("cfn-lint")
    command: list[str | Path] = [linter, "--include-checks", "I", "--regions", PLACE.region, "--", PATH]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("resource", "name", "trust_document", "document"),
    [
        (
            "PipeRole",
            names.PIPE_ROLE_NAME,
            policy.pipe_trust_policy(PLACE),
            policy.pipe_policy(PLACE),
        ),
        (
            "DeliveryStreamRole",
            names.DELIVERY_STREAM_ROLE_NAME,
            policy.delivery_stream_trust_policy(PLACE),
            policy.delivery_stream_policy(PLACE),
        ),
        (
            "FunctionRole",
            names.FUNCTION_ROLE_NAME,
            policy.function_trust_policy(PLACE),
            policy.function_policy(PLACE),
        ),
    ],
)
def test_roles_are_those_of_bootstrap(
    stack: Stack, resource: str, name: str, trust_document: policy.Document, document: policy.Document
) -> None:
    # Policies in templates may name a single action or resource without a list; ours do not, but for trust.
    assert stack.properties(resource) == {
        "RoleName": name,
        "AssumeRolePolicyDocument": trust_document,
        "Policies": [{"PolicyName": name, "PolicyDocument": document}],
    }


def test_destination_is_bootstrap_s_with_aws_s_buffering(stack: Stack) -> None:
    # GIVEN what bootstrap makes with AWS's own timing
    settings = replace(
        load_settings(environ={}, dotenv=None),
        transform_buffer_interval_seconds=60,
        s3_buffer_interval_seconds=300,
    )
    expected = destination_configuration(make_aws(), settings)

    # WHEN the template's defaults are filled in; numbers are text where Firehose has them as text
    found = stack.properties("DeliveryStream")["ExtendedS3DestinationConfiguration"]
    for parameter in found["ProcessingConfiguration"]["Processors"][0]["Parameters"]:
        parameter["ParameterValue"] = str(parameter["ParameterValue"])

    # THEN it is the same
    assert found == expected


def test_pipe_is_bootstrap_s(stack: Stack) -> None:
    # GIVEN the pipe that bootstrap makes
    dynamodb, pipes = FakeDynamoDB(), FakePipes()
    ensure_table(make_aws(dynamodb=dynamodb))
    ensure_pipe(make_aws(dynamodb=dynamodb, pipes=pipes))
    (_, expected), *_ = pipes.calls

    # WHEN the template's defaults are filled in, THEN it is the same pipe
    found = stack.properties("Pipe")
    assert found == {"Name": names.PIPE_NAME, **expected}


def test_function_is_configured_as_bootstrap_s(stack: Stack) -> None:
    # GIVEN the function that bootstrap makes
    function = FakeLambda()
    ensure_function(make_aws(lambda_=function))
    made = function.get_function_configuration(names.FUNCTION_NAME)

    # WHEN the template's defaults are filled in, THEN all but the place of the code is the same
    found = stack.properties("Function")
    assert found.pop("Code") == {"S3Bucket": None, "S3Key": None}
    assert found.pop("FunctionName") == names.FUNCTION_NAME
    assert found == {name: made[name] for name in found}
