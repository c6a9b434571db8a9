"""Where a pipe's log records go, and which of them."""

from dataclasses import dataclass

# From the most to the least; a level includes those after it.
LEVELS = ("TRACE", "INFO", "ERROR", "OFF")


@dataclass(frozen=True, slots=True)
class S3LogDestination:
    """A bucket for log records, as JSON lines."""

    bucket_name: str
    bucket_owner: str
    prefix: str | None = None
    output_format: str | None = None


@dataclass(frozen=True, slots=True)
class LogConfiguration:
    """What the caller asked to be logged.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeLogConfigurationParameters.html
    """

    level: str
    includes_execution_data: bool = False
    log_group_arn: str | None = None
    delivery_stream_arn: str | None = None
    s3: S3LogDestination | None = None

    def logs(self, level: str) -> bool:
        """Tell whether records of a level are logged."""
        return LEVELS.index(level) >= LEVELS.index(self.level) and self.level != "OFF"
