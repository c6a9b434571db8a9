"""What an execution environment has to know of a function version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from emulator.lambda_.report import JsonFormat, LogFormat, TextFormat


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """A function version's configuration; `code` and `layers` are directories to copy from."""

    function_name: str
    version: str
    handler: str
    runtime: str
    timeout_seconds: int
    memory_size_mb: int
    ephemeral_storage_size_mb: int
    max_response_bytes: int
    code: Path
    layers: Sequence[Path] = ()
    configured_environment: Mapping[str, str] = field(default_factory=dict)
    log_format: str = "Text"
    application_log_level: str | None = None
    system_log_level: str | None = None

    def platform_log_format(self) -> LogFormat:
        """The format of Lambda's own events in the function's log."""
        if self.log_format == "JSON":
            return JsonFormat(self.system_log_level or "INFO", lambda: datetime.now(UTC))
        return TextFormat()
