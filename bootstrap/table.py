"""The order table with its stream of changes."""

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import BootstrapError, error_code
from bootstrap.names import TABLE_NAME
from bootstrap.resource import Outcome, Resource

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        KeySchemaElementTypeDef,
        StreamSpecificationTypeDef,
        TableDescriptionTypeDef,
    )

NOT_FOUND: Final = "ResourceNotFoundException"
TIMEOUT_SECONDS: Final = 300.0
KEY_SCHEMA: Final[list["KeySchemaElementTypeDef"]] = [{"AttributeName": "orderid", "KeyType": "HASH"}]
STREAM: Final["StreamSpecificationTypeDef"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def ensure_table(aws: Aws) -> Resource:
    """Make the table, billed by request, with a stream that carries new and old images.

    Raises:
        BootstrapError: there is a table of this name with another key.
    """
    if _describe(aws) is None:
        aws.dynamodb.create_table(
            TableName=TABLE_NAME,
            AttributeDefinitions=[{"AttributeName": "orderid", "AttributeType": "S"}],
            KeySchema=KEY_SCHEMA,
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification=STREAM,
        )
        return Resource(_wait_until_active(aws)["TableArn"], Outcome.CREATED)
    table = _wait_until_active(aws)
    if table["KeySchema"] != KEY_SCHEMA:
        raise BootstrapError(
            f"table {TABLE_NAME} has another key than orderid: delete it, or run `python -m bootstrap --destroy`"
        )
    outcome = Outcome.UNCHANGED
    if table.get("BillingModeSummary", {}).get("BillingMode") != "PAY_PER_REQUEST":
        _update(aws, BillingMode="PAY_PER_REQUEST")
        outcome = Outcome.UPDATED
    stream = table.get("StreamSpecification", {"StreamEnabled": False})
    if stream != STREAM:
        if stream["StreamEnabled"]:
            # The view type of a stream is fixed for its life.
            _update(aws, StreamSpecification={"StreamEnabled": False})
        _update(aws, StreamSpecification=STREAM)
        outcome = Outcome.UPDATED
    return Resource(table["TableArn"], outcome)


def delete_table(aws: Aws) -> Outcome:
    """Delete the table and wait until it is gone."""
    if _describe(aws) is None:
        return Outcome.ABSENT
    _wait_until_settled(aws)
    aws.dynamodb.delete_table(TableName=TABLE_NAME)
    aws.wait.until(f"table {TABLE_NAME} to be gone", lambda: _describe(aws) is None or None, TIMEOUT_SECONDS)
    return Outcome.DELETED


def find_stream_arn(aws: Aws) -> str:
    """Return the ARN of the table's stream, which is another one every time the stream is enabled."""
    return aws.dynamodb.describe_table(TableName=TABLE_NAME)["Table"]["LatestStreamArn"]


def _describe(aws: Aws) -> "TableDescriptionTypeDef | None":
    try:
        return aws.dynamodb.describe_table(TableName=TABLE_NAME)["Table"]
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return None
        raise


def _update(aws: Aws, **request: Any) -> None:
    aws.dynamodb.update_table(TableName=TABLE_NAME, **request)
    _wait_until_active(aws)


def _wait_until_settled(aws: Aws) -> None:
    """Return when the table is ACTIVE, or was deleted by somebody else."""

    def settled() -> bool | None:
        found = _describe(aws)
        return True if found is None or found["TableStatus"] == "ACTIVE" else None

    aws.wait.until(f"table {TABLE_NAME} to be ACTIVE or gone", settled, TIMEOUT_SECONDS)


def _wait_until_active(aws: Aws) -> "TableDescriptionTypeDef":
    def active() -> "TableDescriptionTypeDef | None":
        table = _describe(aws)
        return table if table is not None and table["TableStatus"] == "ACTIVE" else None

    return aws.wait.until(f"table {TABLE_NAME} to be ACTIVE", active, TIMEOUT_SECONDS)
