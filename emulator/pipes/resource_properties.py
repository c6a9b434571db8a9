"""A pipe's properties in a CloudFormation template as requests to the Pipes API, and its attributes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from botocore.model import ListShape, Shape, StructureShape

Properties = dict[str, Any]

SCHEMA: Final[dict[str, Any]] = {
    "typeName": "AWS::Pipes::Pipe",
    "primaryIdentifier": ["/properties/Name"],
    "additionalIdentifiers": [["/properties/Arn"]],
    "required": ["RoleArn", "Source", "Target"],
    "readOnlyProperties": [
        "/properties/Arn",
        "/properties/CreationTime",
        "/properties/CurrentState",
        "/properties/LastModifiedTime",
        "/properties/StateReason",
    ],
}
"""What LocalStack's engine reads of the resource type.

It has no `createOnlyProperties`: for those the engine would delete the old pipe even where the new one fails,
and it does not see them inside a block, so that the update handler replaces pipes.
"""

_READ_ONLY: Final = tuple(name.rpartition("/")[2] for name in SCHEMA["readOnlyProperties"])

# What AWS's schema calls create-only, inside the parameter block of any source.
_CREATE_ONLY_SOURCE_PARAMETERS: Final = frozenset(
    {
        "AdditionalBootstrapServers",
        "ConsumerGroupID",
        "QueueName",
        "StartingPosition",
        "StartingPositionTimestamp",
        "TopicName",
        "VirtualHost",
    }
)

# What an update sends for a property that the template no longer has. UpdatePipe leaves alone what it is not sent.
_WITHOUT: Final[Mapping[str, Any]] = {
    "Description": "",
    "DesiredState": "RUNNING",
    "Enrichment": "",
    "EnrichmentParameters": {"InputTemplate": ""},
    "KmsKeyIdentifier": "",
    "LogConfiguration": {"Level": "OFF"},
    "SourceParameters": {},
    "TargetParameters": {},
}
_WITHOUT_INSIDE: Final[Mapping[str, Mapping[str, Any]]] = {
    "EnrichmentParameters": {"InputTemplate": ""},
    "SourceParameters": {"FilterCriteria": {"Filters": []}},
    "TargetParameters": {"InputTemplate": ""},
}

# Parameter blocks without a required member: empty, they are their defaults.
_OPTIONAL_BLOCKS: Final = {
    "SourceParameters": ("SqsQueueParameters",),
    "TargetParameters": (
        "LambdaFunctionParameters",
        "StepFunctionStateMachineParameters",
        "SqsQueueParameters",
        "EventBridgeEventBusParameters",
        "CloudWatchLogsParameters",
    ),
}


def create_request(properties: Properties) -> Properties:
    """Return a CreatePipe request."""
    request = _settings(properties)
    if "Tags" in request:
        request["Tags"] = tags(properties)
    return request


def update_request(before: Properties, after: Properties) -> Properties:
    """Return an UpdatePipe request after which the pipe is as the template has it now.

    What the template has dropped goes back to its default. The client leaves out what cannot be updated.
    """
    request = {name: value for name, value in _settings(after).items() if name not in ("Source", "Tags")}
    for name, value in _WITHOUT.items():
        if before.get(name) is not None and after.get(name) is None:
            request[name] = dict(value) if isinstance(value, Mapping) else value
    for name, members in _WITHOUT_INSIDE.items():
        dropped = {
            member: value
            for member, value in members.items()
            if member in (before.get(name) or {}) and member not in (after.get(name) or {})
        }
        if dropped:
            request[name] = {**(request.get(name) or {}), **dropped}
    for name, blocks in _OPTIONAL_BLOCKS.items():
        if name == "TargetParameters" and before.get("Target") != after.get("Target"):
            continue  # a target of another service refuses the block, one of the same reads its defaults
        for block in blocks:
            if block in (before.get(name) or {}) and block not in (after.get(name) or {}):
                request[name] = {**(request.get(name) or {}), block: {}}
    return request


def extraneous_key(properties: Properties, shape: StructureShape) -> str | None:
    """Return CloudFormation's complaint about the first property that the API does not have, if there is one.

    The API and CloudFormation have the same properties; a few begin with another case.
    """
    for path, key in _extraneous_keys(_settings(properties), shape, "#"):
        return f"Properties validation failed with message: {path}: extraneous key [{key}] is not permitted"
    return None


def is_changed(before: Properties, after: Properties) -> bool:
    """Return whether the pipe itself has to be updated, whatever became of its tags."""
    return _without_tags(before) != _without_tags(after)


def needs_replacement(before: Properties, after: Properties) -> bool:
    """Return whether only another pipe can be what the template has now."""
    return (
        after.get("Name") not in (None, before.get("Name"))
        or before.get("Source") != after.get("Source")
        or dict(_create_only(before)) != dict(_create_only(after))
    )


def tags(properties: Properties) -> dict[str, str]:
    """Return the tags; a template may give their values as numbers."""
    return {key: str(value) for key, value in (properties.get("Tags") or {}).items()}


def attributes(description: Mapping[str, Any]) -> Properties:
    """Return what `Fn::GetAtt` knows of a described pipe."""
    return {
        "Arn": description["Arn"],
        "CurrentState": description["CurrentState"],
        "StateReason": description.get("StateReason", ""),
        "CreationTime": _timestamp(description["CreationTime"]),
        "LastModifiedTime": _timestamp(description["LastModifiedTime"]),
    }


def _settings(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name not in _READ_ONLY and value is not None}


def _extraneous_keys(value: Any, shape: Shape | None, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        members = {name.lower(): member for name, member in shape.members.items()}
        for key, member in value.items():
            if key.lower() not in members:
                yield path, key
            else:
                yield from _extraneous_keys(member, members[key.lower()], f"{path}/{key}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for index, member in enumerate(value):
            yield from _extraneous_keys(member, shape.member, f"{path}/{index}")


def _without_tags(properties: Properties) -> Properties:
    return {name: value for name, value in _settings(properties).items() if name not in ("Name", "Tags")}


def _create_only(properties: Properties) -> Iterator[tuple[tuple[str, str], str]]:
    for block_name, block in (properties.get("SourceParameters") or {}).items():
        for name, value in (block or {}).items():
            if name in _CREATE_ONLY_SOURCE_PARAMETERS:
                yield (block_name, name), str(value)


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
