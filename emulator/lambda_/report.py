"""The lines that Lambda adds to a function's log, and the payloads of errors that end a runtime."""

import json
import math
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Phase = Literal["init", "invoke"]
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PlatformError:
    """An invocation that ended without the runtime's answer: its type, and the text after the request id."""

    error_type: str
    reason: str

    def payload(self, request_id: str) -> bytes:
        message = f"RequestId: {request_id} Error: {self.reason}"
        return json.dumps({"errorType": self.error_type, "errorMessage": message}).encode()


def exit_error(return_code: int, out_of_memory: bool = False) -> PlatformError:
    """The error for a runtime process that ended; a negative return code is the signal that ended it.

    https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    """
    error_type = "Runtime.OutOfMemory" if out_of_memory else "Runtime.ExitError"
    if return_code == 0:
        return PlatformError(error_type, "Runtime exited without providing a reason")
    if return_code > 0:
        return PlatformError(error_type, f"Runtime exited with error: exit status {return_code}")
    # Some platforms add the number to the description.
    description = (signal.strsignal(-return_code) or f"signal {-return_code}").partition(":")[0].lower()
    return PlatformError(error_type, f"Runtime exited with error: signal: {description}")


def timeout_error(timeout_seconds: int) -> PlatformError:
    """The error for an invocation that was stopped at the function's timeout."""
    return PlatformError("Sandbox.Timedout", f"Task timed out after {timeout_seconds}.00 seconds")


def storage_error(size_mb: int) -> PlatformError:
    """The error for a function that was stopped because its files exceed its EphemeralStorage.Size."""
    reason = f"Runtime exited with error: No space left in /tmp (EphemeralStorage.Size is {size_mb} MB)"
    return PlatformError("Runtime.ExitError", reason)


@dataclass(frozen=True, slots=True)
class InvocationReport:
    """What the REPORT line says; durations in seconds, `initialization_seconds` only after a cold start."""

    request_id: str
    duration_seconds: float
    memory_size_mb: int
    max_memory_used_bytes: int
    initialization_seconds: float | None = None
    error_type: str | None = None

    @property
    def max_memory_used_mb(self) -> int:
        return min(math.ceil(self.max_memory_used_bytes / MEBIBYTE), self.memory_size_mb)

    @property
    def status(self) -> Literal["success", "error", "timeout"]:
        if self.error_type is None:
            return "success"
        return "timeout" if self.error_type == "Sandbox.Timedout" else "error"

    @property
    def billed_duration_ms(self) -> int:
        """The duration rounded up to a millisecond; since August 2025 the initialization is billed too.

        https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
        """
        return math.ceil((self.duration_seconds + (self.initialization_seconds or 0)) * 1000)


class LogFormat(Protocol):
    """How Lambda's own events look in a function's log; an event that the log level hides is `None`."""

    def initialization_start(self, runtime_version: str) -> str | None: ...

    def start(self, request_id: str, version: str) -> str | None: ...

    def end(self, request_id: str) -> str | None: ...

    def report(self, report: InvocationReport) -> str | None: ...

    def initialization_report(
        self, duration_seconds: float, phase: Phase, error_type: str | None
    ) -> str | None:
        """The event of an initialization that failed; `error_type` is `None` for one that took too long."""


class TextFormat:
    """Lambda's own lines in the log format Text.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """

    def initialization_start(self, runtime_version: str) -> str:
        return f"INIT_START Runtime Version: {runtime_version}"

    def start(self, request_id: str, version: str) -> str:
        return f"START RequestId: {request_id} Version: {version}"

    def end(self, request_id: str) -> str:
        return f"END RequestId: {request_id}"

    def report(self, report: InvocationReport) -> str:
        fields = [
            f"REPORT RequestId: {report.request_id}",
            f"Duration: {report.duration_seconds * 1000:.2f} ms",
            f"Billed Duration: {report.billed_duration_ms} ms",
            f"Memory Size: {report.memory_size_mb} MB",
            f"Max Memory Used: {report.max_memory_used_mb} MB",
        ]
        if report.initialization_seconds is not None:
            fields.append(f"Init Duration: {report.initialization_seconds * 1000:.2f} ms")
        if report.status == "success":
            fields.append("")
        else:
            fields.append(f"Status: {report.status}")
        if report.status == "error":
            fields.append(f"Error Type: {report.error_type}")
        return "\t".join(fields)

    def initialization_report(self, duration_seconds: float, phase: Phase, error_type: str | None) -> str:
        fields = [f"INIT_REPORT Init Duration: {duration_seconds * 1000:.2f} ms", f"Phase: {phase}"]
        fields += (
            ["Status: timeout"] if error_type is None else ["Status: error", f"Error Type: {error_type}"]
        )
        return "\t".join(fields)


class JsonFormat:
    """Lambda's own events in the log format JSON, at a system log level (DEBUG, INFO or WARN).

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
    """

    def __init__(self, system_log_level: str, now: Callable[[], datetime]) -> None:
        self._level = system_log_level
        self._now = now

    def initialization_start(self, runtime_version: str) -> str | None:
        record = {"initializationType": "on-demand", "phase": "init", "runtimeVersion": runtime_version}
        return self._event("platform.initStart", record, "INFO")

    def start(self, request_id: str, version: str) -> str | None:
        return self._event("platform.start", {"requestId": request_id, "version": version}, "INFO")

    def end(self, request_id: str) -> str | None:
        """The format JSON has no END; the report stands for it."""

    def report(self, report: InvocationReport) -> str | None:
        metrics: dict[str, float] = {
            "durationMs": round(report.duration_seconds * 1000, 3),
            "billedDurationMs": report.billed_duration_ms,
            "memorySizeMB": report.memory_size_mb,
            "maxMemoryUsedMB": report.max_memory_used_mb,
        }
        if report.initialization_seconds is not None:
            metrics["initDurationMs"] = round(report.initialization_seconds * 1000, 3)
        record: dict[str, object] = {
            "requestId": report.request_id,
            "metrics": metrics,
            "status": report.status,
        }
        if report.status == "error":
            record["errorType"] = report.error_type
        return self._event("platform.report", record, "INFO" if report.status == "success" else "WARN")

    def initialization_report(
        self, duration_seconds: float, phase: Phase, error_type: str | None
    ) -> str | None:
        record: dict[str, object] = {
            "initializationType": "on-demand",
            "phase": phase,
            "status": "timeout" if error_type is None else "error",
            "metrics": {"durationMs": round(duration_seconds * 1000, 3)},
        }
        if error_type is not None:
            record["errorType"] = error_type
        return self._event("platform.initReport", record, "WARN")

    def _event(self, event_type: str, record: Mapping[str, object], level: str) -> str | None:
        if level == "INFO" and self._level == "WARN":
            return None
        time = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps({"time": time, "type": event_type, "record": record}, separators=(",", ":"))
