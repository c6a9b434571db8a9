"""Finds the endpoint, the account and the region through boto3's own environment variables."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from bootstrap.aws import Aws, Place, Wait
from bootstrap.errors import BootstrapError, WaitTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

ENDPOINT_TIMEOUT_SECONDS: Final = 60.0
# LocalStack loads a service with the first call to it, which may take a busy machine more than a minute.
_CONFIG: Final = Config(connect_timeout=5, read_timeout=180, retries={"mode": "standard"})
# Only asks whether anything answers: the waiting is ours, with a line that says so.
_PROBE_CONFIG: Final = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 1})


def connect(region_name: str, say: Callable[[str], None], wait: Wait | None = None) -> Aws:
    """Wait until the endpoint answers, and return the clients.

    Raises:
        BootstrapError: nothing answers in time, or it knows no account for these credentials.
    """
    wait = wait or Wait()
    try:
        session = boto3.Session(region_name=region_name)
        place = find_place(session.client("sts", config=_PROBE_CONFIG), say, wait)
        return Aws(
            place=place,
            dynamodb=session.client("dynamodb", config=_CONFIG),
            firehose=session.client("firehose", config=_CONFIG),
            iam=session.client("iam", config=_CONFIG),
            kinesis=session.client("kinesis", config=_CONFIG),
            lambda_=session.client("lambda", config=_CONFIG),
            logs=session.client("logs", config=_CONFIG),
            pipes=session.client("pipes", config=_CONFIG),
            s3=session.client("s3", config=_CONFIG),
            sqs=session.client("sqs", config=_CONFIG),
            wait=wait,
        )
    except NoCredentialsError as error:
        raise BootstrapError(
            "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (any value in the sandbox)"
        ) from error
    except (BotoCoreError, ValueError) as error:
        raise BootstrapError(f"no AWS client can be made: {error}") from error


def find_place(sts: "STSClient", say: Callable[[str], None], wait: Wait) -> Place:
    """Return the account and region, as soon as the endpoint answers; the waiting is said once.

    Raises:
        BootstrapError: nothing answers in time, or it knows no account for these credentials.
    """
    endpoint = sts.meta.endpoint_url
    said = False

    def identity() -> Place | None:
        nonlocal said
        try:
            caller = sts.get_caller_identity()
        except (NoConnectionError, HTTPClientError, ResponseParserError) as error:
            reason = str(error)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < 500:
                raise BootstrapError(f"{endpoint} does not accept these credentials: {error}") from error
            reason = str(error)
        else:
            return Place(caller["Arn"].split(":")[1], sts.meta.region_name, caller["Account"])
        if not said:
            said = True
            say(f"Waiting up to {ENDPOINT_TIMEOUT_SECONDS:.0f} s for {endpoint} ({reason})")
        return None

    try:
        return wait.until("the endpoint", identity, ENDPOINT_TIMEOUT_SECONDS)
    except WaitTimeoutError as error:
        raise BootstrapError(
            f"nothing answers at {endpoint} after {ENDPOINT_TIMEOUT_SECONDS:.0f} s: start the sandbox with "
            "`make up`, or set AWS_ENDPOINT_URL to where it runs"
        ) from error
