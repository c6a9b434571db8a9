"""Shows sales by product and the pipeline's health in the terminal: `python -m notebooks.sales`."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from bootstrap.names import BUCKET_NAME, ORDERS_PREFIX
from notebooks.lake import LakeError
from notebooks.sales.terminal.health import HealthReader
from notebooks.sales.terminal.sold import SoldReader
from notebooks.sales.terminal.view import show, show_once
from verify.errors import VerifyError

UNUSABLE = 2


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.5 <= seconds <= 3600:
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds (0.5 to 3600)"


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m notebooks.sales",
        description=f"{__doc__} Refreshes until Ctrl-C; where there is no terminal, one frame is printed.",
    )
    parser.add_argument("--once", action="store_true", help="print one frame and end")
    parser.add_argument(
        "--interval",
        type=_seconds,
        default=5.0,
        metavar="SECONDS",
        help="time between two readings (default: 5); never less than twenty times what one takes",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    # A terminal that cannot show a bar shows a question mark.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # The terminal is put back as it was, whoever ends it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    sold = SoldReader()
    try:
        with console.status(f"reading s3://{BUCKET_NAME}/{ORDERS_PREFIX}"):
            first = sold.read(datetime.now(UTC))
        health = HealthReader(boto3.Session(region_name=os.environ.get("AWS_REGION")))
        if options.once or not console.is_terminal:
            show_once(console, first, health.read())
        else:
            is_at_rest = show(
                console, first, lambda: sold.read(datetime.now(UTC)), health.read, options.interval
            )
            if not is_at_rest:
                # A thread inside DuckDB would abort the interpreter's own end.
                sys.stdout.flush()
                os._exit(0)
    except (LakeError, VerifyError) as error:
        return _unusable(str(error))
    except (BotoCoreError, ClientError) as error:
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "AWS")
        return _unusable(f"{endpoint} refused a call: {error}")
    except KeyboardInterrupt:
        # Nothing was shown yet.
        return 130
    return 0


def _unusable(message: str) -> int:
    sys.stderr.write(f"sales: {message}\n")
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
