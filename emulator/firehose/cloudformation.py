"""Delivery streams in CloudFormation templates: what LocalStack's own resource provider leaves out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)
from localstack.services.kinesisfirehose.resource_providers.aws_kinesisfirehose_deliverystream import (
    KinesisFirehoseDeliveryStreamProvider,
)
from localstack.utils.patch import Patch

Properties = dict[str, Any]
Create = Callable[[KinesisFirehoseDeliveryStreamProvider, ResourceRequest], ProgressEvent]

_ENCRYPTION = "DeliveryStreamEncryptionConfigurationInput"
_UPDATED = "updated"


def complete_resource_provider() -> None:
    """Give LocalStack's resource its name when the template gives none, its failures, and its updates.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesisfirehose-deliverystream.html
    """
    for original, completed in (
        (KinesisFirehoseDeliveryStreamProvider.create, _create),
        (KinesisFirehoseDeliveryStreamProvider.update, _update),
    ):
        Patch.function(original, completed).apply()


def _create(
    original: Create, provider: KinesisFirehoseDeliveryStreamProvider, request: ResourceRequest
) -> ProgressEvent:
    # CloudFormation calls this until it succeeds or fails; after the first time there is an ARN, and it alone
    # tells the name that was made up.
    model: Properties = request.desired_state
    if "Arn" in model:
        model["DeliveryStreamName"] = model["Arn"].rpartition("/")[2]
        description = _describe(request, model["DeliveryStreamName"])
        if description["DeliveryStreamStatus"] == "CREATING_FAILED":
            return _failed(request, model, description["FailureDescription"]["Details"])
    return original(provider, request)


def _update(
    original: Create, provider: KinesisFirehoseDeliveryStreamProvider, request: ResourceRequest
) -> ProgressEvent:
    model: Properties = request.desired_state
    before: Properties = request.previous_state or {}
    model |= {"DeliveryStreamName": before["DeliveryStreamName"], "Arn": before["Arn"]}
    try:
        if not request.custom_context.get(_UPDATED):
            _change(request.aws_client_factory.firehose, before, model)
            request.custom_context[_UPDATED] = True
        description = _describe(request, model["DeliveryStreamName"])
    except (BotoCoreError, ClientError) as error:
        return _failed(request, before, str(error))
    encryption = description.get("DeliveryStreamEncryptionConfiguration") or {}
    match encryption.get("Status"):
        case "ENABLING" | "DISABLING":
            return _progress(request, OperationStatus.IN_PROGRESS)
        case "ENABLING_FAILED" | "DISABLING_FAILED":
            return _failed(request, before, encryption["FailureDescription"]["Details"])
        case _:
            return _progress(request, OperationStatus.SUCCESS)


def _change(firehose: Any, before: Properties, after: Properties) -> None:
    """Do what the template changed; as on AWS, a destination's setting that it leaves out now stays as it is."""
    name = after["DeliveryStreamName"]
    updates = {kind: _destination_update(after[kind]) for kind in _destinations(after)}
    if updates != {kind: _destination_update(before[kind]) for kind in _destinations(before)}:
        description = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        firehose.update_destination(
            DeliveryStreamName=name,
            CurrentDeliveryStreamVersionId=description["VersionId"],
            DestinationId=description["Destinations"][0]["DestinationId"],
            **{kind.replace("Configuration", "Update"): update for kind, update in updates.items()},
        )
    _change_tags(firehose, name, _tags(before.get("Tags") or []), _tags(after.get("Tags") or []))
    key = after.get(_ENCRYPTION)
    if key and key != before.get(_ENCRYPTION):
        firehose.start_delivery_stream_encryption(
            DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput=key
        )
    elif not key and before.get(_ENCRYPTION):
        firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)


def _destinations(model: Properties) -> list[str]:
    return [name for name in model if name.endswith("DestinationConfiguration") and model[name]]


def _destination_update(configuration: Mapping[str, Any]) -> Properties:
    """Return a destination's members as UpdateDestination names them."""
    renamed = {"S3BackupConfiguration": "S3BackupUpdate"}
    return {renamed.get(name, name): value for name, value in configuration.items()}


def _tags(listed: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in listed}


def _change_tags(firehose: Any, name: str, before: dict[str, str], after: dict[str, str]) -> None:
    changed = [{"Key": key, "Value": value} for key, value in after.items() if before.get(key) != value]
    removed = [key for key in before if key not in after]
    if removed:
        firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=removed)
    if changed:
        firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=changed)


def _describe(request: ResourceRequest, name: str) -> Properties:
    answer = request.aws_client_factory.firehose.describe_delivery_stream(DeliveryStreamName=name)
    description: Properties = answer["DeliveryStreamDescription"]
    return description


def _progress(request: ResourceRequest, status: OperationStatus) -> ProgressEvent:
    return ProgressEvent(
        status=status, resource_model=request.desired_state, custom_context=request.custom_context
    )


def _failed(request: ResourceRequest, model: Properties, message: str) -> ProgressEvent:
    """Say why it failed; `model` is what the next update is compared with."""
    return ProgressEvent(
        status=OperationStatus.FAILED,
        resource_model=model,
        message=message,
        custom_context=request.custom_context,
    )
