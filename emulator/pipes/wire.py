"""The API's shapes as a pipe's definition, and back; what is not built is refused here by name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.pipes.pipe import Pipe, PipeDefinition
from emulator.pipes.refusal import check_regions
from emulator.pipes.wire_enrichment import read_enrichment, read_enrichment_template, write_enrichment
from emulator.pipes.wire_log import read_log_configuration, write_log_configuration
from emulator.pipes.wire_source import (
    check_source,
    read_filter_patterns,
    read_source_parameters,
    read_source_update,
    write_source_parameters,
)
from emulator.pipes.wire_target import (
    check_batch_size,
    check_target,
    maximum_batch_size,
    read_target_parameters,
    read_template,
    write_target_parameters,
)

Json = Mapping[str, Any]


def read_definition(request: Json, *, region: str, now: float) -> PipeDefinition:
    """Read a CreatePipe request; `now` is in epoch seconds.

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    source, target = request["Source"], request["Target"]
    check_regions(region, source, target)
    check_source(source)
    check_target(target)
    definition = PipeDefinition(
        source_arn=source,
        target_arn=target,
        role_arn=request["RoleArn"],
        source_parameters=read_source_parameters(request, source, now, maximum_batch_size(target)),
        target_parameters=read_target_parameters(request, target, None),
        target_template=read_template(request.get("TargetParameters"), None),
        enrichment_arn=read_enrichment(request, region, None),
        enrichment_template=read_enrichment_template(request, None),
        kms_key_identifier=request.get("KmsKeyIdentifier") or None,
        filter_patterns=read_filter_patterns(request, source, None),
        description=request.get("Description"),
        log_configuration=read_log_configuration(request, None),
    )
    check_batch_size(definition)
    return definition


def read_update(request: Json, definition: PipeDefinition, *, region: str) -> PipeDefinition:
    """Read an UpdatePipe request: what it leaves out stays, but a parameter block is replaced whole.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    target = request.get("Target") or definition.target_arn
    check_regions(region, target)
    check_target(target)
    description, key = request.get("Description"), request.get("KmsKeyIdentifier")
    updated = replace(
        definition,
        target_arn=target,
        role_arn=request["RoleArn"],
        source_parameters=read_source_update(request, definition, maximum_batch_size(target)),
        target_parameters=read_target_parameters(request, target, definition),
        target_template=read_template(request.get("TargetParameters"), definition.target_template),
        enrichment_arn=read_enrichment(request, region, definition),
        enrichment_template=read_enrichment_template(request, definition),
        kms_key_identifier=definition.kms_key_identifier if key is None else key or None,
        filter_patterns=read_filter_patterns(request, definition.source_arn, definition.filter_patterns),
        description=definition.description if description is None else description,
        log_configuration=read_log_configuration(request, definition.log_configuration),
    )
    check_batch_size(updated)
    return updated


def write_definition(definition: PipeDefinition) -> dict[str, Any]:
    """Return the part of DescribePipe's answer that repeats what the caller asked for."""
    described: dict[str, Any] = {
        "Source": definition.source_arn,
        "SourceParameters": write_source_parameters(definition),
        "Target": definition.target_arn,
        "TargetParameters": write_target_parameters(definition),
        "RoleArn": definition.role_arn,
        **write_enrichment(definition),
        **write_log_configuration(definition.log_configuration),
    }
    if definition.kms_key_identifier is not None:
        described["KmsKeyIdentifier"] = definition.kms_key_identifier
    if definition.description is not None:
        described["Description"] = definition.description
    return described


def write_state(pipe: Pipe) -> dict[str, Any]:
    """Return what every answer about a pipe begins with."""
    return {
        "Arn": pipe.arn,
        "Name": pipe.name,
        "DesiredState": pipe.desired_state,
        "CurrentState": pipe.current_state,
        "CreationTime": pipe.creation_time,
        "LastModifiedTime": pipe.last_modified_time,
    }
