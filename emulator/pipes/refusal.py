"""What CreatePipe and UpdatePipe refuse, whatever the pipe's state."""

from collections.abc import Mapping
from typing import Any

from emulator.pipes.pipe import PipeDefinition
from emulator.pipes.target import KinesisTarget

Json = Mapping[str, Any]

_SUPPORTED_TARGET = "the only target built so far is a Kinesis data stream"


class InvalidRequestError(ValueError):
    """A request that is answered with ValidationException and this message."""


def refuse_unbuilt(request: Json) -> None:
    """Refuse the settings that would have to be ignored."""
    for field in ("Enrichment", "EnrichmentParameters", "KmsKeyIdentifier"):
        if request.get(field):
            raise InvalidRequestError(f"{field} is not supported by this emulator yet")
    if (request.get("TargetParameters") or {}).get("InputTemplate"):
        raise InvalidRequestError("TargetParameters.InputTemplate is not supported by this emulator yet")


def check_regions(region: str, *arns: str) -> None:
    """Refuse a source or target in another region."""
    for arn in arns:
        parts = arn.split(":")
        if len(parts) > 3 and parts[3] and parts[3] != region:
            raise InvalidRequestError("Creating cross-region pipe is not permitted.")


def check_target(arn: str) -> None:
    """Refuse a target that is not built."""
    service, _, resource = arn_parts(arn)
    if service != "kinesis":
        raise InvalidRequestError(
            f"Target: {service} is not supported by this emulator yet; {_SUPPORTED_TARGET}"
        )
    if not resource.startswith("stream/"):
        raise InvalidRequestError(f"Target: {arn} is not the ARN of a Kinesis data stream")


def arn_parts(arn: str) -> tuple[str, str, str]:
    """Return the service, the account and the resource of an ARN; anything else is its own service."""
    parts = arn.split(":", 5)
    return (parts[2], parts[4], parts[5]) if len(parts) == 6 else (arn, "", "")


def check_batch_size(definition: PipeDefinition) -> None:
    """Refuse a source batch that the target could not take at once."""
    size = definition.source_parameters.batch_size
    if size > KinesisTarget.MAXIMUM_RECORDS:
        raise InvalidRequestError(
            f"The configured batch size {size} is greater than the max supported batch size of the target: "
            f"{KinesisTarget.MAXIMUM_RECORDS}"
        )
