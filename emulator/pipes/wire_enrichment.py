"""The API's shapes for a pipe's enrichment, as the definition has it, and back."""

from collections.abc import Mapping
from typing import Any

from emulator.pipes.pipe import PipeDefinition
from emulator.pipes.refusal import InvalidRequestError, arn_parts, check_regions
from emulator.pipes.wire_target import read_template

Json = Mapping[str, Any]

_PREFIXES = {"lambda": "function:", "states": "stateMachine:"}


def read_enrichment(request: Json, region: str, current: PipeDefinition | None) -> str | None:
    """Read the ARN of the enrichment; an empty one removes it.

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    arn = request.get("Enrichment")
    if arn is None:
        return None if current is None else current.enrichment_arn
    if not arn:
        return None
    check_regions(region, arn)
    service, _, resource = arn_parts(arn)
    if service not in _PREFIXES:
        raise InvalidRequestError(
            f"Enrichment: {service} is not supported by this emulator; "
            "the enrichments built are Lambda functions and Step Functions Express state machines"
        )
    if not resource.startswith(_PREFIXES[service]):
        raise InvalidRequestError(f"Enrichment: {arn} is not the ARN of a function or a state machine")
    return str(arn)


def read_enrichment_template(request: Json, current: PipeDefinition | None) -> str | None:
    """Read the enrichment's template; an empty one removes it."""
    parameters = request.get("EnrichmentParameters")
    if (parameters or {}).get("HttpParameters"):
        raise InvalidRequestError(
            "EnrichmentParameters.HttpParameters: API Gateway and API destinations are not supported by this "
            "emulator"
        )
    return read_template(parameters, None if current is None else current.enrichment_template)


def write_enrichment(definition: PipeDefinition) -> dict[str, Any]:
    """Return the enrichment and its template, as far as they were given; the parameters are always there."""
    written: dict[str, Any] = {"EnrichmentParameters": {}}
    if definition.enrichment_arn is not None:
        written["Enrichment"] = definition.enrichment_arn
    if definition.enrichment_template is not None:
        written["EnrichmentParameters"] = {"InputTemplate": definition.enrichment_template}
    return written
