"""How the chain is set up: what the experiments change, and put back."""

import pandas as pd

from bootstrap import names

from .buffering import intervals
from .clients import Clients
from .function import configuration


def settings(clients: Clients) -> pd.DataFrame:
    """Return a line per setting that an experiment changes."""
    function = configuration(clients)
    transform_seconds, s3_seconds = intervals(clients)
    rows = [
        (names.PIPE_NAME, "state", clients.pipes.describe_pipe(Name=names.PIPE_NAME)["CurrentState"]),
        (names.FUNCTION_NAME, "handler", function["Handler"]),
        (names.FUNCTION_NAME, "SHA-256 of the code", function["CodeSha256"]),
        (names.DELIVERY_STREAM_NAME, "interval before the function", f"{transform_seconds} s"),
        (names.DELIVERY_STREAM_NAME, "interval before S3", f"{s3_seconds} s"),
    ]
    return pd.DataFrame(rows, columns=["resource", "setting", "value"])
