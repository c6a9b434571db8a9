"""The AWS clients of the experiments, found through boto3's own environment variables."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from bootstrap import names
from verify.chain import resource
from verify.errors import VerifyError
from verify.inspection import Inspection

from .errors import InsideError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_pipes import EventBridgePipesClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Clients:
    """A client of each service of the chain; `endpoint` is the sandbox's, or None on AWS."""

    dynamodb: "DynamoDBClient"
    streams: "DynamoDBStreamsClient"
    kinesis: "KinesisClient"
    pipes: "EventBridgePipesClient"
    firehose: "FirehoseClient"
    lambda_: "LambdaClient"
    logs: "CloudWatchLogsClient"
    s3: "S3Client"
    endpoint: str | None = None


def connect() -> Clients:
    """Return the clients.

    Raises:
        InsideError: nothing answers, or a part of the chain is missing; it is named.
    """
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
        clients = Clients(
            dynamodb=session.client("dynamodb"),
            streams=session.client("dynamodbstreams"),
            kinesis=session.client("kinesis"),
            pipes=session.client("pipes"),
            firehose=session.client("firehose"),
            lambda_=session.client("lambda"),
            logs=session.client("logs"),
            s3=session.client("s3"),
            endpoint=os.environ.get("AWS_ENDPOINT_URL"),
        )
        # Making one looks every resource up, but for the function.
        Inspection(session)
        with resource(f"function {names.FUNCTION_NAME}"):
            clients.lambda_.get_function_configuration(FunctionName=names.FUNCTION_NAME)
    except VerifyError as error:
        raise InsideError(str(error)) from error
    except (BotoCoreError, ClientError) as error:
        raise InsideError(f"the chain is not there: {error}. Start it with `make up`.") from error
    return clients
