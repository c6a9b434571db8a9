"""The EventBridge Pipes API."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.config import Config
from localstack.aws.api import RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.pipes import (
    ConflictException,
    CreatePipeRequest,
    CreatePipeResponse,
    DeletePipeResponse,
    DescribePipeResponse,
    ListPipesRequest,
    ListPipesResponse,
    ListTagsForResourceResponse,
    NotFoundException,
    PipesApi,
    ServiceQuotaExceededException,
    StartPipeResponse,
    StopPipeResponse,
    TagResourceResponse,
    UntagResourceResponse,
    UpdatePipeRequest,
    UpdatePipeResponse,
    ValidationException,
)
from localstack.aws.connect import connect_to
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS
from localstack.services.plugins import ServiceLifecycleHook
from localstack.state import StateVisitor

from emulator.dynamodbstreams.provider import dynamodbstreams_client
from emulator.kinesis.provider import kinesis_client
from emulator.pipes.assembly import PipeAssembly
from emulator.pipes.clock import Clock
from emulator.pipes.event_pattern import compile_filter
from emulator.pipes.listing import InvalidTokenError, PipeFilter, page
from emulator.pipes.observation import Observation
from emulator.pipes.pipe import Pipe
from emulator.pipes.quota import QUOTA_CODE, SERVICE_CODE, QuotaExceededError, check_quota
from emulator.pipes.refusal import InvalidRequestError
from emulator.pipes.store import pipes_stores
from emulator.pipes.validation import model_errors
from emulator.pipes.wire import (
    read_definition,
    read_update,
    write_definition,
    write_state,
)
from emulator.pipes.worker import TRANSITIONAL_STATES, PipeWorker, Transition

LOG = logging.getLogger(__name__)

# A call waits this long for the end of a transition that is under way: AWS takes a minute or two, this a fraction of
# a second.
TRANSITION_SECONDS = 5.0
# A call that begins a transition answers this long after it at the latest; mostly the transition has ended by then.
ANSWER_SECONDS = 1.0
_POLL_SECONDS = 0.005
# A stop of the emulator waits this long, in all, for the batches in flight.
STOP_SECONDS = 4.0
MAXIMUM_TAGS = 50
# Trying again is the pipe's own matter: it counts its attempts. An execution takes five minutes at most.
# StartSyncExecution's host prefix is for AWS's hosts alone.
_CLIENT_CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=300, inject_host_prefix=False)


class PipesProvider(PipesApi, ServiceLifecycleHook):
    """Keeps the pipes and one worker for each of them.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/Welcome.html
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._released = threading.Condition(self._lock)
        self._workers: dict[str, PipeWorker] = {}
        self._observation = Observation(_clients, Clock())

    @handler("CreatePipe", expand=False)
    def create_pipe(self, context: RequestContext, request: CreatePipeRequest) -> CreatePipeResponse:
        """Create a pipe; the source is checked afterwards, while it is CREATING."""
        _validate(context)
        name = request["Name"]
        account_id, region = context.account_id, context.region
        with self._lock:
            pipes = _pipes(context)
            if name in pipes:
                raise _conflict(f"Pipe {name} already exists.", name)
            now = datetime.now(UTC)
            definition = _checked(partial(read_definition, request, region=region, now=now.timestamp()))
            _check_quota(name, len(pipes))
            pipe = Pipe(
                arn=f"arn:{context.partition}:pipes:{region}:{account_id}:pipe/{name}",
                name=name,
                account_id=account_id,
                region=region,
                definition=definition,
                desired_state=request.get("DesiredState") or "RUNNING",
                current_state=Transition.CREATE.state,
                creation_time=now,
                last_modified_time=now,
                tags=dict(request.get("Tags") or {}),
            )
            pipes[name] = pipe
            answer = write_state(pipe)
            worker = PipeWorker(pipe, self._assembly(account_id, region), self._lock, self._forget)
            self._workers[pipe.arn] = worker
            worker.request(Transition.CREATE)
            worker.start()
            self._await(pipe, ANSWER_SECONDS)
        return CreatePipeResponse(**answer)

    def describe_pipe(self, context: RequestContext, name: str, **kwargs: Any) -> DescribePipeResponse:
        """Describe a pipe."""
        _validate(context)
        with self._lock:
            pipe = _find(context, name)
            answer = {**write_state(pipe), **write_definition(pipe.definition), "Tags": dict(pipe.tags)}
            if pipe.state_reason is not None:
                answer["StateReason"] = pipe.state_reason
        return DescribePipeResponse(**answer)

    @handler("UpdatePipe", expand=False)
    def update_pipe(self, context: RequestContext, request: UpdatePipeRequest) -> UpdatePipeResponse:
        """Change a pipe; it goes on from its checkpoints."""
        _validate(context)
        with self._lock:
            pipe = self._settled(context, request["Name"])
            definition = _checked(partial(read_update, request, pipe.definition, region=context.region))
            desired_state = request.get("DesiredState") or pipe.desired_state
            return UpdatePipeResponse(**self._change(pipe, Transition.UPDATE, desired_state, definition))

    def start_pipe(self, context: RequestContext, name: str, **kwargs: Any) -> StartPipeResponse:
        """Start a pipe; one that is running already just goes on."""
        with self._lock:
            pipe = self._settled(context, name)
            if (pipe.current_state, pipe.desired_state) == ("RUNNING", "RUNNING"):
                return StartPipeResponse(**write_state(pipe))
            return StartPipeResponse(**self._change(pipe, Transition.START, "RUNNING"))

    def stop_pipe(self, context: RequestContext, name: str, **kwargs: Any) -> StopPipeResponse:
        """Stop a pipe after the batch in flight; one that is stopped already stays so."""
        with self._lock:
            pipe = self._settled(context, name)
            if (pipe.current_state, pipe.desired_state) == ("STOPPED", "STOPPED"):
                return StopPipeResponse(**write_state(pipe))
            return StopPipeResponse(**self._change(pipe, Transition.STOP, "STOPPED"))

    def delete_pipe(self, context: RequestContext, name: str, **kwargs: Any) -> DeletePipeResponse:
        """Delete a pipe and its checkpoints; one that should be stopped is shown so to the end, as on AWS."""
        with self._lock:
            pipe = self._settled(context, name)
            desired_state = "STOPPED" if pipe.desired_state == "STOPPED" else "DELETED"
            return DeletePipeResponse(**self._change(pipe, Transition.DELETE, desired_state))

    @handler("ListPipes", expand=False)
    def list_pipes(self, context: RequestContext, request: ListPipesRequest) -> ListPipesResponse:
        """List pipes in the order of their names."""
        _validate(context)
        pipe_filter = PipeFilter(
            request.get("NamePrefix"),
            request.get("SourcePrefix"),
            request.get("TargetPrefix"),
            request.get("DesiredState"),
            request.get("CurrentState"),
        )
        with self._lock:
            try:
                pipes, token = page(
                    _pipes(context).values(),
                    pipe_filter,
                    request.get("Limit"),
                    request.get("NextToken"),
                    time.time(),
                )
            except InvalidTokenError as error:
                raise ValidationException(str(error)) from error
            answer: dict[str, Any] = {"Pipes": [_summary(pipe) for pipe in pipes]}
        if token is not None:
            answer["NextToken"] = token
        return ListPipesResponse(**answer)

    def tag_resource(
        self, context: RequestContext, resource_arn: str, tags: dict[str, str], **kwargs: Any
    ) -> TagResourceResponse:
        """Add tags to a pipe, or change them."""
        _validate(context)
        with self._lock:
            pipe = _find_by_arn(context, resource_arn)
            if len(pipe.tags | tags) > MAXIMUM_TAGS:
                raise ValidationException(f"A pipe can have at most {MAXIMUM_TAGS} tags.")
            pipe.tags.update(tags)
        return TagResourceResponse()

    def untag_resource(
        self, context: RequestContext, resource_arn: str, tag_keys: list[str], **kwargs: Any
    ) -> UntagResourceResponse:
        """Remove tags from a pipe."""
        _validate(context)
        with self._lock:
            pipe = _find_by_arn(context, resource_arn)
            for key in tag_keys:
                pipe.tags.pop(key, None)
        return UntagResourceResponse()

    def list_tags_for_resource(
        self, context: RequestContext, resource_arn: str, **kwargs: Any
    ) -> ListTagsForResourceResponse:
        """Return the tags of a pipe."""
        _validate(context)
        with self._lock:
            return ListTagsForResourceResponse(tags=dict(_find_by_arn(context, resource_arn).tags))

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        """Show LocalStack where the state is."""
        visitor.visit(pipes_stores)

    def on_before_state_reset(self) -> None:
        """End the workers of the pipes that are about to be forgotten."""
        self._close_workers()

    def on_after_init(self) -> None:
        """Have pipes end first when the emulator stops: what they pass on can then still be delivered."""
        SHUTDOWN_HANDLERS.register(self._close_workers)

    def on_before_stop(self) -> None:
        """End every worker after its batch in flight, when only this service is stopped."""
        self._close_workers()

    def _change(
        self, pipe: Pipe, transition: Transition, desired_state: str, definition: Any = None
    ) -> dict[str, Any]:
        pipe.desired_state = desired_state
        pipe.last_modified_time = datetime.now(UTC)
        self._workers[pipe.arn].request(transition, definition)
        answer = write_state(pipe)
        self._await(pipe, ANSWER_SECONDS)
        return answer

    def _await(self, pipe: Pipe, seconds: float) -> None:
        """Let go of the lock until a pipe is in no transition, or gone, or the time is over."""
        deadline = time.monotonic() + seconds
        while (
            pipe.current_state in TRANSITIONAL_STATES
            and pipe.arn in self._workers
            and time.monotonic() < deadline
        ):
            self._released.wait(_POLL_SECONDS)

    def _settled(self, context: RequestContext, name: str) -> Pipe:
        """Return a pipe that is not in a transition, once that has ended.

        AWS declares ConflictException for these calls; its text, and whether a running pipe may be started,
        are not documented.
        """
        _validate(context)
        self._await(_find(context, name), TRANSITION_SECONDS)
        pipe = _find(context, name)
        if pipe.current_state in TRANSITIONAL_STATES:
            raise _conflict(f"Pipe {name} cannot be changed while it is {pipe.current_state}.", name)
        return pipe

    def _forget(self, pipe: Pipe) -> None:
        self._observation.forget(pipe.arn)
        with self._lock:
            self._workers.pop(pipe.arn, None)
            pipes_stores[pipe.account_id][pipe.region].pipes.pop(pipe.name, None)

    def _close_workers(self) -> None:
        with self._lock:
            workers = list(self._workers.values())
            self._workers.clear()
        for worker in workers:
            worker.close()
        deadline = time.monotonic() + STOP_SECONDS
        for worker in workers:
            worker.join(max(deadline - time.monotonic(), 0.1))
        self._observation.close(STOP_SECONDS)

    def _assembly(self, account_id: str, region: str) -> PipeAssembly:
        return PipeAssembly(
            _clients(account_id, region),
            compile_filter,
            Clock(),
            self._observation.observer,
            in_threads=True,
        )


def _clients(account_id: str, region: str) -> Callable[[str], Any]:
    """Return clients by service; those for records skip the gateway."""
    factory = connect_to(aws_access_key_id=account_id, region_name=region, config=_CLIENT_CONFIG)

    def client(service: str) -> Any:
        if service == "dynamodbstreams":
            return dynamodbstreams_client(account_id, region)
        if service == "kinesis":
            return kinesis_client(account_id, region)
        return factory.lambda_ if service == "lambda" else getattr(factory, service)

    return client


def _pipes(context: RequestContext) -> dict[str, Pipe]:
    pipes: dict[str, Pipe] = pipes_stores[context.account_id][context.region].pipes
    return pipes


def _find(context: RequestContext, name: str) -> Pipe:
    pipe = _pipes(context).get(name)
    if pipe is None:
        raise NotFoundException(f"Pipe {name} does not exist.")
    return pipe


def _find_by_arn(context: RequestContext, arn: str) -> Pipe:
    for pipe in _pipes(context).values():
        if pipe.arn == arn:
            return pipe
    raise NotFoundException(f"Resource {arn} does not exist.")


def _summary(pipe: Pipe) -> dict[str, Any]:
    summary = {
        **write_state(pipe),
        "Source": pipe.definition.source_arn,
        "Target": pipe.definition.target_arn,
    }
    if pipe.definition.enrichment_arn is not None:
        summary["Enrichment"] = pipe.definition.enrichment_arn
    if pipe.state_reason is not None:
        summary["StateReason"] = pipe.state_reason
    return summary


def _validate(context: RequestContext) -> None:
    """Check a request against the API's model."""
    if errors := model_errors(context.service_request, context.operation.input_shape):
        raise ValidationException(f"[{', '.join(errors)}]")


def _checked(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except InvalidRequestError as error:
        raise ValidationException(str(error)) from error


def _check_quota(name: str, count: int) -> None:
    try:
        check_quota(count)
    except QuotaExceededError as error:
        raise ServiceQuotaExceededException(
            str(error),
            resourceId=name,
            resourceType="pipe",
            serviceCode=SERVICE_CODE,
            quotaCode=QUOTA_CODE,
        ) from error


def _conflict(message: str, name: str) -> ConflictException:
    return ConflictException(message, resourceId=name, resourceType="pipe")
