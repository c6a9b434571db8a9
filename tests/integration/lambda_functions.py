"""Functions for the Lambda tests: made from a few lines of code, invoked, their logs read."""

import base64
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from tests.polling import poll_until

REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLE = "arn:aws:iam::000000000000:role/lambda-role"


def zip_of(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def normalize(text: str) -> str:
    """Replace what differs from run to run: request ids, durations, the interpreter's version."""
    text = REQUEST_ID.sub("REQUEST", text)
    text = re.sub(r"python:3\.\d+\.\d+\S*", "python:3.x", text)
    text = re.sub(r"\d+(\.\d+)? ms", "N ms", text)
    return re.sub(r"Max Memory Used: \d+ MB", "Max Memory Used: N MB", text)


def normalize_values(payload: Any) -> Any:
    """Normalize every text in a JSON value."""
    if isinstance(payload, dict):
        return {name: normalize_values(value) for name, value in payload.items()}
    if isinstance(payload, list):
        return [normalize_values(value) for value in payload]
    return normalize(payload) if isinstance(payload, str) else payload


@dataclass(frozen=True)
class Invocation:
    """What an Invoke call returned."""

    payload: Any
    function_error: str | None
    log_tail: list[str]


class Function:
    """A Python function of the session's emulator."""

    def __init__(self, client: Any, name: str, code: str, **configuration: Any) -> None:
        self._client = client
        self.name = name
        client.create_function(
            **{
                "FunctionName": name,
                "Role": ROLE,
                "Handler": "handler.handler",
                "Runtime": "python3.11",
                "Code": {"ZipFile": zip_of({"handler.py": code})},
                # Of Lambda's three seconds a busy machine may need more for the function's start alone.
                "Timeout": 30,
                **configuration,
            }
        )
        self.wait_until_active()

    def wait_until_active(self) -> None:
        def active() -> bool:
            state = self._client.get_function_configuration(FunctionName=self.name)
            return (state["State"], state.get("LastUpdateStatus")) == ("Active", "Successful")

        poll_until(f"function {self.name} to be active", active)

    def update(self, code: str) -> None:
        self._client.update_function_code(FunctionName=self.name, ZipFile=zip_of({"handler.py": code}))
        self.wait_until_active()

    def invoke(self, event: Any = None, qualifier: str = "$LATEST") -> Invocation:
        answer = self._client.invoke(
            FunctionName=self.name, Qualifier=qualifier, Payload=json.dumps(event).encode(), LogType="Tail"
        )
        body = answer["Payload"].read()
        log_tail = base64.b64decode(answer["LogResult"]).decode(errors="replace").splitlines()
        return Invocation(json.loads(body) if body else None, answer.get("FunctionError"), log_tail)


def read_log(logs: Any, function_name: str) -> list[str]:
    """Every event of a function's log group, stream by stream, in the order of arrival."""
    group = f"/aws/lambda/{function_name}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    events: list[str] = []
    for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
        page = logs.get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True, limit=10000
        )
        events += [event["message"].rstrip("\n") for event in page["events"]]
    return events


def await_log(logs: Any, function_name: str, reports: int = 1) -> list[str]:
    """The function's log once it has the REPORT lines of that many invocations."""

    def complete() -> list[str] | None:
        events = read_log(logs, function_name)
        return events if sum(event.startswith("REPORT ") for event in events) >= reports else None

    return poll_until(f"{reports} REPORT lines of {function_name}", complete)
