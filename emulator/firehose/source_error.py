"""What becomes of errors in reading the data stream: metrics for throttles, events for everything else."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.clock import Clock, backoff
from emulator.firehose.metric import Metrics

LOG = logging.getLogger(__name__)

ReadError = ClientError | BotoCoreError

_THROTTLING = (
    "ProvisionedThroughputExceededException",
    "LimitExceededException",
    "ThrottlingException",
    "KMSThrottlingException",
)
_NOT_FOUND = "ResourceNotFoundException"
# AWS describes the data stream where shards are listed here.
_THROTTLED_METRICS = {
    "GetRecords": "ThrottledGetRecords",
    "GetShardIterator": "ThrottledGetShardIterator",
    "ListShards": "ThrottledDescribeStream",
}
_ACCESS_DENIED = (
    "Access was denied when calling Kinesis. Ensure the access policy on the IAM role used allows access to the "
    "appropriate Kinesis APIs."
)
_RESOURCE_NOT_FOUND = (
    "Firehose failed to read from the stream. If the Firehose is attached with Kinesis Stream, the stream may not "
    "exist, or the shard may have been merged or split. If the Firehose is of DirectPut type, the Firehose may "
    "not exist any more."
)
_FIRST_REPETITION_SECONDS = 60.0
_MAXIMUM_REPETITION_SECONDS = 3600.0
# Longer than any wait between two attempts: an error that comes back after this is a new one.
_QUIET_SECONDS = 60.0


@dataclass(slots=True)
class _Report:
    events: int
    due_at: float
    seen_at: float


def error_code(error: ReadError) -> str:
    """Return the code of an AWS error, or InternalError if there was no answer."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else "InternalError"


def is_throttled(error: ReadError) -> bool:
    """Tell whether Kinesis refused because it was asked too much."""
    return error_code(error) in _THROTTLING


def is_not_found(error: ReadError) -> bool:
    """Tell whether there is no such data stream, or no such shard."""
    return error_code(error) == _NOT_FOUND


class SourceErrors:
    """Reports an error when it first comes, and while it lasts after one minute, two more, four more, ... an hour.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """

    def __init__(
        self, stream_arn: str, clock: Clock, metrics: Metrics, on_error: Callable[[str, str], None]
    ) -> None:
        """Take `on_error`, which gets the code and the message of an event."""
        self._stream_arn = stream_arn
        self._clock = clock
        self._metrics = metrics
        self._on_error = on_error
        self._reports: dict[str, _Report] = {}

    def failed(self, operation_name: str, error: ReadError) -> None:
        """Take a request's failure."""
        if is_throttled(error):
            self._metrics.add(_THROTTLED_METRICS[operation_name], 1)
            return
        code = error_code(error).removesuffix("Exception")
        detail = f"{operation_name} on {self._stream_arn} failed: {error}"
        if code == "AccessDenied":
            self._report("Kinesis.AccessDenied", _ACCESS_DENIED, detail)
        elif is_not_found(error):
            self._report("Kinesis.ResourceNotFound", _RESOURCE_NOT_FOUND, detail)
        else:
            self._report(f"Kinesis.{code}", detail, detail)

    def replaced(self, detail: str) -> None:
        """Take it that another data stream has the name of the source; `detail` is for our own log."""
        self._report("Kinesis.ResourceNotFound", _RESOURCE_NOT_FOUND, detail, key="replaced")

    def _report(self, code: str, message: str, detail: str, *, key: str | None = None) -> None:
        now = self._clock.monotonic()
        report = self._reports.get(key or code)
        if report is None or now - report.seen_at > _QUIET_SECONDS:
            report = self._reports[key or code] = _Report(0, now, now)
        report.seen_at = now
        if now < report.due_at:
            return
        report.events += 1
        report.due_at = now + backoff(report.events, _FIRST_REPETITION_SECONDS, _MAXIMUM_REPETITION_SECONDS)
        if detail != message:
            LOG.warning("%s", detail)
        self._on_error(code, message)
