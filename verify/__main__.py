"""Accounts for every change written to the table, hop by hop: `python -m verify`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
)
from botocore.exceptions import ConnectionError as EndpointError

from verify.errors import VerifyError
from verify.inspection import Inspection
from verify.verification import verify

COMPLETE, INCOMPLETE, UNUSABLE = 0, 1, 2


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86400:
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds (0 to 86400)"


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m verify",
        description=f"{__doc__} Exit status: 0 nothing is missing, 1 something is, 2 the chain cannot be read.",
    )
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="first let the changes written so far come through, for at most SECONDS",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "AWS")
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
        report = verify(Inspection(session), options.wait)
    except VerifyError as error:
        return _unusable(str(error))
    except (EndpointError, HTTPClientError) as error:
        return _unusable(f"{endpoint} does not answer ({error}): start the sandbox with `make up`")
    except NoCredentialsError:
        return _unusable(
            "no AWS credentials: set AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    except NoRegionError:
        return _unusable("no region: set AWS_REGION")
    except (BotoCoreError, ClientError) as error:
        return _unusable(f"{endpoint} refused a call: {error}")
    except KeyboardInterrupt:
        return _unusable("interrupted")
    print(json.dumps(report.json(), indent=2) if options.json else report.text())
    return COMPLETE if report.is_complete else INCOMPLETE


def _unusable(message: str) -> int:
    print(f"verify: {message}", file=sys.stderr)
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
