"""Makes the DynamoDB client from boto3's own environment variables."""

from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from generator.errors import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The generator's own retries say what they do and can be interrupted; boto3's are switched off.
CONFIG: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


def create_client(region_name: str) -> "DynamoDBClient":
    """Return a DynamoDB client.

    Raises:
        RefusedError: the environment does not make a client.
    """
    try:
        return boto3.client("dynamodb", region_name=region_name, config=CONFIG)
    except (BotoCoreError, ValueError) as error:
        raise RefusedError(f"no DynamoDB client can be made: {error}") from error
