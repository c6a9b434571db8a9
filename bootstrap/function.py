"""The Lambda function that the delivery stream calls."""

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from bootstrap.archive import code_sha256, transform_archive
from bootstrap.aws import Aws
from bootstrap.errors import BootstrapError, error_code
from bootstrap.names import FUNCTION_NAME, FUNCTION_ROLE_NAME
from bootstrap.resource import Outcome, Resource

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

NOT_FOUND: Final = "ResourceNotFoundException"
TIMEOUT_SECONDS: Final = 300.0


def ensure_function(aws: Aws) -> Resource:
    """Make the function, with the code and the configuration of this checkout."""
    archive = transform_archive()
    configuration = _configuration(aws)
    if _describe(aws) is None:
        aws.lambda_.create_function(
            FunctionName=FUNCTION_NAME, PackageType="Zip", Code={"ZipFile": archive}, **configuration
        )
        return Resource(_wait_until_active(aws)["FunctionArn"], Outcome.CREATED)
    function = _wait_until_active(aws)
    outcome = Outcome.UNCHANGED
    if function["CodeSha256"] != code_sha256(archive):
        aws.lambda_.update_function_code(FunctionName=FUNCTION_NAME, ZipFile=archive)
        function = _wait_until_active(aws)
        outcome = Outcome.UPDATED
    described: dict[str, Any] = {**function}
    if any(described.get(name) != value for name, value in configuration.items()):
        aws.lambda_.update_function_configuration(FunctionName=FUNCTION_NAME, **configuration)
        _wait_until_active(aws)
        outcome = Outcome.UPDATED
    return Resource(function["FunctionArn"], outcome)


def delete_function(aws: Aws) -> Outcome:
    """Delete the function."""
    try:
        aws.lambda_.delete_function(FunctionName=FUNCTION_NAME)
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return Outcome.ABSENT
        raise
    return Outcome.DELETED


def _configuration(aws: Aws) -> dict[str, Any]:
    return {
        "Runtime": "python3.13",
        "Handler": "transform.handler.lambda_handler",
        "Role": aws.place.role_arn(FUNCTION_ROLE_NAME),
        "Description": "Turns change records of the order table into rows",
        # Firehose waits up to five minutes; a full buffer takes seconds.
        "Timeout": 60,
        "MemorySize": 256,
    }


def _describe(aws: Aws) -> "FunctionConfigurationResponseTypeDef | None":
    try:
        return aws.lambda_.get_function_configuration(FunctionName=FUNCTION_NAME)
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return None
        raise


def _wait_until_active(aws: Aws) -> "FunctionConfigurationResponseTypeDef":
    def active() -> "FunctionConfigurationResponseTypeDef | None":
        function = _describe(aws)
        if (
            function is None
            or function["State"] == "Pending"
            or function.get("LastUpdateStatus") == "InProgress"
        ):
            return None
        if function["State"] == "Failed":
            reason = function.get("StateReason", "no reason given")
            raise BootstrapError(f"function {FUNCTION_NAME} cannot be made ready: {reason}")
        return function

    return aws.wait.until(f"function {FUNCTION_NAME} to be Active", active, TIMEOUT_SECONDS)
