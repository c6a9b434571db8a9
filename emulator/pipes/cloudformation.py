"""Pipes in CloudFormation templates: the resource provider that LocalStack does not have."""

import time
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from emulator.pipes.resource_properties import (
    SCHEMA,
    Properties,
    attributes,
    create_request,
    extraneous_key,
    is_changed,
    needs_replacement,
    tags,
    update_request,
)
from emulator.pipes.worker import TRANSITIONAL_STATES

# The engine asks again after five seconds; a transition here takes a fraction of one.
PATIENCE_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 0.05

# What a handler has done already when the engine calls it again.
_CREATED, _UPDATED, _REPLACES = "created", "updated", "replaces"


class PipeResourceProvider(ResourceProvider[Properties]):
    """Makes, changes and deletes the pipe of a stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html

    AWS describes a change that needs another pipe as a replacement; LocalStack's change sets call it an update.
    """

    TYPE = "AWS::Pipes::Pipe"
    SCHEMA = SCHEMA

    def create(self, request: ResourceRequest[Properties]) -> ProgressEvent[Properties]:
        """Create the pipe and wait until it is RUNNING or STOPPED."""
        try:
            return self._create(request)
        except (BotoCoreError, ClientError) as error:
            # The pipe of that name is somebody else's, if there is one: the stack must not delete it.
            own = {} if request.custom_context.get(_CREATED) else {"Name": None}
            return _failed(request, request.desired_state | own, str(error))

    def update(self, request: ResourceRequest[Properties]) -> ProgressEvent[Properties]:
        """Change the pipe, or put another one in its place where that is the only way."""
        before = request.previous_state or {}
        try:
            if before.get("Name") is None:
                return self._create(request)
            if request.custom_context.get(_REPLACES):
                return self._replace(request, before)
            if needs_replacement(before, request.desired_state):
                if request.desired_state.get("Name") == before["Name"]:
                    return _failed(request, before, _custom_name_message(before["Name"]))
                request.custom_context[_REPLACES] = True
                return self._replace(request, before)
            return self._change(request, before)
        except (BotoCoreError, ClientError) as error:
            return _failed(request, before, str(error))

    def delete(self, request: ResourceRequest[Properties]) -> ProgressEvent[Properties]:
        """Delete the pipe and wait until it is gone."""
        # A pipe that could not be created has no name here.
        name = request.desired_state.get("Name")
        status = OperationStatus.SUCCESS
        if name is not None:
            description = _deleted(request, name)
            if description is not None and description["CurrentState"] == "DELETE_FAILED":
                return _failed(request, request.desired_state, description.get("StateReason", ""))
            if description is not None:
                status = OperationStatus.IN_PROGRESS
        return _progress(request, status)

    def read(self, request: ResourceRequest[Properties]) -> ProgressEvent[Properties]:
        """Return the pipe as it is, without what AWS calls write-only."""
        description = _described(request, request.desired_state["Name"])
        names = ("Description", "DesiredState", "Enrichment", "KmsKeyIdentifier", "LogConfiguration")
        settings = ("Name", "RoleArn", "Source", "Target", "Tags", *names)
        model = {name: description[name] for name in settings if name in description}
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model | attributes(description))

    def _create(self, request: ResourceRequest[Properties]) -> ProgressEvent[Properties]:
        model = request.desired_state
        pipes = request.aws_client_factory.pipes
        if not request.custom_context.get(_CREATED):
            # LocalStack's client leaves out what the API does not know.
            shape = pipes.meta.service_model.operation_model("CreatePipe").input_shape
            if problem := extraneous_key(model, shape):
                return _failed(request, model | {"Name": None}, problem)
            name = model.get("Name") or generate_default_name(request.stack_name, request.logical_resource_id)
            pipes.create_pipe(**create_request({**model, "Name": name}))
            model["Name"] = name
            request.custom_context[_CREATED] = True
        return _outcome(request, _settled(request, model["Name"]), model)

    def _change(self, request: ResourceRequest[Properties], before: Properties) -> ProgressEvent[Properties]:
        model = request.desired_state
        pipes = request.aws_client_factory.pipes
        shape = pipes.meta.service_model.operation_model("CreatePipe").input_shape
        if problem := extraneous_key(model, shape):
            return _failed(request, before, problem)
        model["Name"] = before["Name"]
        description = _settled(request, model["Name"])
        if description["CurrentState"] in TRANSITIONAL_STATES:
            return _progress(request, OperationStatus.IN_PROGRESS)
        if not request.custom_context.get(_UPDATED):
            if is_changed(before, model):
                pipes.update_pipe(**update_request(before, model))
            _change_tags(pipes, description["Arn"], tags(before), tags(model))
            request.custom_context[_UPDATED] = True
            description = _settled(request, model["Name"])
        return _outcome(request, description, before)

    def _replace(self, request: ResourceRequest[Properties], before: Properties) -> ProgressEvent[Properties]:
        """Create the new pipe, then delete the old one; where the first fails, the old one stays."""
        created = self._create(request)
        if created.status is OperationStatus.FAILED:
            if request.custom_context.get(_CREATED):
                _deleted(request, request.desired_state["Name"])
            return _failed(request, before, created.message)
        if created.status is OperationStatus.SUCCESS and _deleted(request, before["Name"]) is not None:
            return _progress(request, OperationStatus.IN_PROGRESS)
        return created


def _described(request: ResourceRequest[Properties], name: str) -> Properties:
    description: Properties = request.aws_client_factory.pipes.describe_pipe(Name=name)
    return description


def _settled(request: ResourceRequest[Properties], name: str) -> Properties:
    """Return the description of a pipe that is in no transition, or still is after some patience."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        description = _described(request, name)
        if description["CurrentState"] not in TRANSITIONAL_STATES or time.monotonic() >= deadline:
            return description
        time.sleep(PAUSE_SECONDS)


def _deleted(request: ResourceRequest[Properties], name: str) -> Properties | None:
    """Delete a pipe once it is in no transition; return its description for as long as it is there."""
    pipes = request.aws_client_factory.pipes
    try:
        description = _settled(request, name)
        if description["CurrentState"] in TRANSITIONAL_STATES:
            return description
        pipes.delete_pipe(Name=name)
        return _settled(request, name)
    except pipes.exceptions.NotFoundException:
        return None


def _outcome(
    request: ResourceRequest[Properties], description: Properties, model_after_failure: Properties
) -> ProgressEvent[Properties]:
    state: str = description["CurrentState"]
    if state in TRANSITIONAL_STATES:
        return _progress(request, OperationStatus.IN_PROGRESS)
    if state.endswith("_FAILED"):
        return _failed(request, model_after_failure, description.get("StateReason", state))
    request.desired_state |= attributes(description)
    return _progress(request, OperationStatus.SUCCESS)


def _change_tags(pipes: Any, arn: str, before: dict[str, str], after: dict[str, str]) -> None:
    removed = [key for key in before if key not in after]
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    if removed:
        pipes.untag_resource(resourceArn=arn, tagKeys=removed)
    if changed:
        pipes.tag_resource(resourceArn=arn, tags=changed)


def _custom_name_message(name: str) -> str:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    return (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {name} and update the stack again."
    )


def _progress(request: ResourceRequest[Properties], status: OperationStatus) -> ProgressEvent[Properties]:
    return ProgressEvent(status, resource_model=request.desired_state, custom_context=request.custom_context)


def _failed(
    request: ResourceRequest[Properties], model: Properties, message: str
) -> ProgressEvent[Properties]:
    """Say why it failed; `model` is what the next update is compared with."""
    return ProgressEvent(
        OperationStatus.FAILED, resource_model=model, message=message, custom_context=request.custom_context
    )
