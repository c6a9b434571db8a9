"""Data streams in CloudFormation templates: what LocalStack's own resource provider leaves out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)
from localstack.services.kinesis.resource_providers.aws_kinesis_stream import KinesisStreamProvider
from localstack.utils.patch import Patch

Properties = dict[str, Any]
Create = Callable[[KinesisStreamProvider, ResourceRequest], ProgressEvent]

_DEFAULT_RETENTION_HOURS = 24


def complete_resource_provider() -> None:
    """Give LocalStack's resource the mode that a shard count stands for, its other properties, and its updates.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html
    """
    for original, completed in (
        (KinesisStreamProvider.create, _create),
        (KinesisStreamProvider.update, _update),
    ):
        Patch.function(original, completed).apply()


def _create(original: Create, provider: KinesisStreamProvider, request: ResourceRequest) -> ProgressEvent:
    # CloudFormation calls this until it succeeds or fails.
    model: Properties = request.desired_state
    _complete(model)
    progress = original(provider, request)
    if progress.status is not OperationStatus.SUCCESS:
        return progress
    return _settled(request, {}, model)


def _update(_original: Create, _provider: KinesisStreamProvider, request: ResourceRequest) -> ProgressEvent:
    model: Properties = request.desired_state
    before: Properties = request.previous_state or {}
    name = model.get("Name") or before["Name"]
    if name != before["Name"]:
        return _failed(
            before,
            f"Stream {before['Name']} cannot become {name}: it would have to be replaced, which is not done here.",
        )
    model |= {"Name": name, "Arn": before["Arn"]}
    _complete(model)
    return _settled(request, before, model)


def _complete(model: Properties) -> None:
    if model.get("ShardCount"):
        # CloudFormation takes a number as text, too.
        model["ShardCount"] = int(model["ShardCount"])
        model["StreamModeDetails"] = model.get("StreamModeDetails") or {"StreamMode": "PROVISIONED"}


def _settled(request: ResourceRequest, before: Properties, model: Properties) -> ProgressEvent:
    """Make the stream what the template says; each of its operations is done when it answers."""
    kinesis, name = request.aws_client_factory.kinesis, model["Name"]
    try:
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        _set_capacity(kinesis, summary, model)
        _set_retention(kinesis, summary, int(model.get("RetentionPeriodHours") or _DEFAULT_RETENTION_HOURS))
        _set_encryption(kinesis, summary, model.get("StreamEncryption") or {})
        _change_tags(kinesis, name, _tags(before.get("Tags") or []), _tags(model.get("Tags") or []))
    except (BotoCoreError, ClientError) as error:
        return _failed(before or model, str(error))
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)


def _set_capacity(kinesis: Any, summary: Mapping[str, Any], model: Properties) -> None:
    mode, shard_count = model.get("StreamModeDetails"), model.get("ShardCount")
    if mode and mode["StreamMode"] != summary["StreamModeDetails"]["StreamMode"]:
        kinesis.update_stream_mode(StreamARN=summary["StreamARN"], StreamModeDetails=mode)
    provisioned = mode and mode["StreamMode"] == "PROVISIONED"
    if provisioned and shard_count and shard_count != summary["OpenShardCount"]:
        kinesis.update_shard_count(
            StreamName=summary["StreamName"], TargetShardCount=shard_count, ScalingType="UNIFORM_SCALING"
        )


def _set_retention(kinesis: Any, summary: Mapping[str, Any], hours: int) -> None:
    period = {"StreamName": summary["StreamName"], "RetentionPeriodHours": hours}
    if hours > summary["RetentionPeriodHours"]:
        kinesis.increase_stream_retention_period(**period)
    elif hours < summary["RetentionPeriodHours"]:
        kinesis.decrease_stream_retention_period(**period)


def _set_encryption(kinesis: Any, summary: Mapping[str, Any], wanted: Mapping[str, str]) -> None:
    name, encrypted = summary["StreamName"], summary.get("EncryptionType") == "KMS"
    if wanted and not (encrypted and summary.get("KeyId") == wanted["KeyId"]):
        kinesis.start_stream_encryption(StreamName=name, **wanted)
    elif encrypted and not wanted:
        kinesis.stop_stream_encryption(
            StreamName=name, EncryptionType=summary["EncryptionType"], KeyId=summary["KeyId"]
        )


def _tags(listed: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in listed}


def _change_tags(kinesis: Any, name: str, before: dict[str, str], after: dict[str, str]) -> None:
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    removed = [key for key in before if key not in after]
    if removed:
        kinesis.remove_tags_from_stream(StreamName=name, TagKeys=removed)
    if changed:
        kinesis.add_tags_to_stream(StreamName=name, Tags=changed)


def _failed(model: Properties, message: str) -> ProgressEvent:
    """Say why it failed; `model` is what the next update is compared with."""
    return ProgressEvent(status=OperationStatus.FAILED, resource_model=model, message=message)
