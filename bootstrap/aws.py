"""What every resource is made with: the account and region, the clients, and a way to wait."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from bootstrap.errors import WaitTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_pipes import EventBridgePipesClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where resources are made, which is what their ARNs begin with."""

    partition: str
    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this region and account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def role_arn(self, role_name: str) -> str:
        """Return the ARN of a role; IAM has no regions."""
        return f"arn:{self.partition}:iam::{self.account_id}:role/{role_name}"

    def bucket_arn(self, bucket_name: str) -> str:
        """Return the ARN of a bucket, which names neither region nor account."""
        return f"arn:{self.partition}:s3:::{bucket_name}"


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits for a condition; the clock and the sleep are arguments so that tests need neither."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def until(self, description: str, condition: Callable[[], T | None], timeout_seconds: float) -> T:
        """Return the condition's first result that is not None.

        Raises:
            WaitTimeoutError: there was none in time.
        """
        deadline = self.now() + timeout_seconds
        pause = 0.05
        while (result := condition()) is None:
            if self.now() >= deadline:
                raise WaitTimeoutError(f"waited {timeout_seconds:.0f} s in vain for {description}")
            self.sleep(pause)
            pause = min(pause * 2, 5.0)
        return result


@dataclass(frozen=True, slots=True)
class Aws:
    """The clients of one account and region."""

    place: Place
    dynamodb: "DynamoDBClient"
    firehose: "FirehoseClient"
    iam: "IAMClient"
    kinesis: "KinesisClient"
    lambda_: "LambdaClient"
    logs: "CloudWatchLogsClient"
    pipes: "EventBridgePipesClient"
    s3: "S3Client"
    sqs: "SQSClient"
    wait: Wait = field(default_factory=Wait)
