"""What the tests of pipes share: the trust of a pipe's role, settled states, and data streams."""

import json
from typing import Any

from tests.polling import WAITER_CONFIG, poll_until

TRANSITIONAL = ("CREATING", "UPDATING", "STARTING", "STOPPING", "DELETING")
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "pipes.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def settled_state(pipes: Any, name: str) -> tuple[str, str | None]:
    """Wait until a pipe is in no transition; return its state and the reason."""

    def settled() -> dict[str, Any] | None:
        pipe: dict[str, Any] = pipes.describe_pipe(Name=name)
        return pipe if pipe["CurrentState"] not in TRANSITIONAL else None

    pipe = poll_until("the pipe to settle", settled)
    return pipe["CurrentState"], pipe.get("StateReason")


def create_data_stream(kinesis: Any, name: str) -> str:
    """Create a data stream with one shard, wait until it is active, and return its ARN."""
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=WAITER_CONFIG)
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    return str(summary["StreamARN"])
