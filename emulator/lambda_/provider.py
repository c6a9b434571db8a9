"""LocalStack's Lambda service with functions in subprocesses: the runtime executor and the checks at creation."""

import io
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import ClientError
from localstack import config
from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.api.lambda_ import (
    AliasConfiguration,
    CreateFunctionRequest,
    EventSourceMappingConfiguration,
    FunctionConfiguration,
    InvalidParameterValueException,
    InvocationResponse,
    ResourceInUseException,
    ResourceNotFoundException,
    UpdateEventSourceMappingRequest,
    UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
)
from localstack.aws.connect import connect_to
from localstack.runtime import events
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.api_utils import function_locators_from_arn
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment as LocalStackEnvironment,
)
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    Invocation,
    InvocationResult,
    ValidationException,
)
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.lambda_.provider_utils import get_function_version
from localstack.services.lambda_.runtimes import ALL_RUNTIMES
from localstack.utils.bootstrap import is_api_enabled
from localstack.utils.patch import Patch, patch

from emulator.lambda_.availability import (
    NotAvailableError,
    check_configuration,
    check_runtime,
    interpreter_runtime,
)
from emulator.lambda_.dead_letter import complete_dead_letters
from emulator.lambda_.event_source_mapping.mapping_check import (
    InvalidMappingError,
    OutOfRangeError,
    check_mapping,
    check_values,
    check_visibility_timeout,
)
from emulator.lambda_.event_source_mapping.record import stream_of
from emulator.lambda_.event_source_mapping.worker import SETTLED, use_mapping_workers
from emulator.lambda_.execution_environment import ExecutionEnvironment
from emulator.lambda_.function_settings import FunctionSettings
from emulator.lambda_.invocation_metrics import NAMESPACE, InvocationMetrics
from emulator.lambda_.invocation_request import (
    InvocationRefusedError,
    check_invocation_type,
    check_payload,
    read_client_context,
)
from emulator.lambda_.isolation import landlock_version, missing_isolation
from emulator.lambda_.left_behind import end_left_behind, end_with_this_process
from emulator.lambda_.scratch_directory import remove_tree
from emulator.metric import MetricBuffer
from emulator.pipes.event_pattern import compile_filter

LOG = logging.getLogger(__name__)

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIMES_NEWER_THAN_LOCALSTACK = ("python3.14",)
# A version that is replaced or deleted stores the logs that wait, for so long at most.
LOGS_TIMEOUT_SECONDS = 30
ANY_ADDRESS = ("0.0.0.0", "::", "")
_main_version: ContextVar[FunctionVersion | None] = ContextVar("main_version", default=None)
_client_context: ContextVar[str | None] = ContextVar("client_context", default=None)
METRIC_THREAD = "record-cloudwatch-metric"


def _metric_buffer(account_id: str, region: str) -> MetricBuffer:
    client = connect_to(aws_access_key_id=account_id, region_name=region).cloudwatch
    return MetricBuffer(NAMESPACE, client, f"functions of {account_id} in {region}")


METRICS = InvocationMetrics(_metric_buffer)


class SandboxLambdaProvider(LambdaProvider):
    """LocalStack's Lambda, which refuses at once what the subprocess executor cannot do."""

    def __init__(self) -> None:
        super().__init__()
        for runtime in RUNTIMES_NEWER_THAN_LOCALSTACK:
            if runtime not in ALL_RUNTIMES:
                ALL_RUNTIMES.append(runtime)
        _store_waiting_logs_of_stopped_versions()
        use_mapping_workers()
        _start_no_thread_for_a_metric()
        _pass_on_client_contexts()
        complete_dead_letters()

    def on_after_init(self) -> None:
        super().on_after_init()
        if is_api_enabled("cloudwatch"):
            METRICS.start()

    def on_before_stop(self) -> None:
        METRICS.stop()
        super().on_before_stop()

    @handler(operation="CreateFunction", expand=False)
    def create_function(
        self, context: RequestContext, request: CreateFunctionRequest
    ) -> FunctionConfiguration:
        runtime = None if request.get("PackageType") == "Image" else request.get("Runtime", "")
        _refuse_unavailable(request, request["FunctionName"], runtime)
        return super().create_function(context, request)

    @handler(operation="UpdateFunctionConfiguration", expand=False)
    def update_function_configuration(
        self, context: RequestContext, request: UpdateFunctionConfigurationRequest
    ) -> FunctionConfiguration:
        _refuse_unavailable(request, request["FunctionName"], request.get("Runtime", interpreter_runtime()))
        return super().update_function_configuration(context, request)

    @handler(operation="UpdateFunctionCode", expand=False)
    def update_function_code(
        self, context: RequestContext, request: UpdateFunctionCodeRequest
    ) -> FunctionConfiguration:
        _refuse_unavailable({"Code": request}, request["FunctionName"], interpreter_runtime())
        return super().update_function_code(context, request)

    def invoke(
        self,
        context: RequestContext,
        function_name: str,
        invocation_type: str | None = None,
        log_type: str | None = None,
        client_context: str | None = None,
        payload: IO[bytes] | None = None,
        qualifier: str | None = None,
        **options: Any,
    ) -> InvocationResponse:
        body = payload.read() if payload else b""
        try:
            check_invocation_type(invocation_type, log_type)
            self._check_invoked_version(context, function_name, qualifier)
            check_payload(body, invocation_type)
            read_client_context(client_context)
        except InvocationRefusedError as error:
            raise CommonServiceException(
                error.code, error.message, error.status, sender_fault=True
            ) from error
        return super().invoke(
            context,
            function_name,
            invocation_type,
            log_type,
            # A function that is invoked asynchronously gets none.
            None if invocation_type == "Event" else client_context,
            io.BytesIO(body) if body else None,
            qualifier,
            **options,
        )

    def _check_invoked_version(
        self, context: RequestContext, function_name: str, qualifier: str | None
    ) -> None:
        """Raise where LocalStack fails over a version that is not there, or leaves it out of its message."""
        account_id, region = api_utils.get_account_and_region(function_name, context)
        name, version = api_utils.get_name_and_qualifier(function_name, qualifier, context)
        version = version or "$LATEST"
        function = lambda_stores[account_id][region].functions.get(name)
        if function is None or not (version in function.versions or version in function.aliases):
            arn = api_utils.qualified_lambda_arn(name, version, account_id, region)
            raise ResourceNotFoundException(f"Function not found: {arn}", Type="User")

    def check_service_resource_exists(
        self, service: str, resource_arn: str, function_arn: str, function_role_arn: str
    ) -> None:
        """Check the source of a mapping, which for Kinesis may be a consumer of a stream."""
        stream_arn = stream_of(resource_arn)
        if service == "kinesis" and ":stream/" not in stream_arn:
            raise InvalidParameterValueException(f"Stream not found: {resource_arn}", Type="User")
        super().check_service_resource_exists(service, stream_arn, function_arn, function_role_arn)
        if stream_arn == resource_arn:
            return
        region, account_id = resource_arn.split(":")[3:5]
        kinesis = connect_to(aws_access_key_id=account_id, region_name=region).kinesis
        try:
            kinesis.describe_stream_consumer(ConsumerARN=resource_arn)
        except ClientError as error:
            raise InvalidParameterValueException(
                f"Consumer not found: {resource_arn}", Type="User"
            ) from error

    def validate_event_source_mapping(
        self, context: RequestContext, request: Mapping[str, Any]
    ) -> tuple[Any, ...]:
        """Check a new mapping, or what an update makes of one."""
        try:
            check_values(request)
        except OutOfRangeError as error:
            raise ValidationException(str(error)) from error
        _refuse_missing_qualifier(context, request)
        validated: tuple[Any, ...] = super().validate_event_source_mapping(context, request)
        try:
            check_mapping(request, time.time(), compile_filter)
            if context.operation.name == "CreateEventSourceMapping" and ":sqs:" in request["EventSourceArn"]:
                function_version = validated[3]
                check_visibility_timeout(
                    _visibility_timeout_seconds(request["EventSourceArn"]), function_version.config.timeout
                )
        except InvalidMappingError as error:
            raise InvalidParameterValueException(str(error), Type="User") from error
        return validated

    @handler(operation="UpdateEventSourceMapping", expand=False)
    def update_event_source_mapping(
        self, context: RequestContext, request: UpdateEventSourceMappingRequest
    ) -> EventSourceMappingConfiguration:
        self._refuse_in_use(context, request["UUID"], "update")
        answer = super().update_event_source_mapping(context, request)
        if "FilterCriteria" in request and not (request["FilterCriteria"] or {}).get("Filters"):
            lambda_stores[context.account_id][context.region].event_source_mappings[request["UUID"]].pop(
                "FilterCriteria", None
            )
            answer.pop("FilterCriteria", None)
        return answer

    def delete_event_source_mapping(
        self, context: RequestContext, uuid: str, **changes: Any
    ) -> EventSourceMappingConfiguration:
        self._refuse_in_use(context, uuid, "delete")
        return super().delete_event_source_mapping(context, uuid, **changes)

    def get_event_source_mapping(
        self, context: RequestContext, uuid: str, **changes: Any
    ) -> EventSourceMappingConfiguration:
        mapping = _mapping(context, uuid)
        if mapping is not None and uuid not in self.esm_workers:  # it is being deleted
            return mapping
        return super().get_event_source_mapping(context, uuid, **changes)

    def _refuse_in_use(self, context: RequestContext, uuid: str, operation: str) -> None:
        """Refuse to change a mapping that is changing; CloudFormation, which does not wait here, is let through."""
        mapping = _mapping(context, uuid)
        if mapping is None or context.is_internal_call:
            return
        worker = self.esm_workers.get(uuid)
        if (worker.current_state if worker else mapping["State"]) not in SETTLED:
            raise ResourceInUseException(
                f"Cannot {operation} the event source mapping because it is in use.", Type="User"
            )

    def update_alias(
        self,
        context: RequestContext,
        function_name: str,
        name: str,
        function_version: str | None = None,
        **changes: Any,
    ) -> AliasConfiguration:
        token = _main_version.set(None)
        try:
            account_id, region = api_utils.get_account_and_region(function_name, context)
            unqualified_name = api_utils.get_function_name(function_name, context)
            function = self._get_function(unqualified_name, account_id, region)
            if name in function.aliases:
                qualifier = function_version or function.aliases[name].function_version
                _main_version.set(get_function_version(unqualified_name, qualifier, account_id, region))
            return super().update_alias(context, function_name, name, function_version, **changes)
        finally:
            _main_version.reset(token)

    def _create_routing_config_model(
        self, routing_config_dict: dict[str, float], function_version: FunctionVersion | None = None
    ) -> Any:
        # LocalStack's UpdateAlias leaves the alias's own version out, and fails.
        return super()._create_routing_config_model(
            routing_config_dict, function_version or _main_version.get()
        )


def _mapping(context: RequestContext, uuid: str) -> EventSourceMappingConfiguration | None:
    mappings = lambda_stores[context.account_id][context.region].event_source_mappings
    mapping: EventSourceMappingConfiguration | None = mappings.get(uuid)
    return mapping


def _visibility_timeout_seconds(queue_arn: str) -> int:
    region, account_id, name = queue_arn.split(":")[3:6]
    sqs = connect_to(aws_access_key_id=account_id, region_name=region).sqs
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account_id)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return int(answer["Attributes"]["VisibilityTimeout"])


def _refuse_missing_qualifier(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Refuse an alias or a version that does not exist, for which LocalStack answers 500."""
    name, qualifier, account_id, region = function_locators_from_arn(
        request.get("FunctionName") or request.get("FunctionArn", "")
    )
    function = lambda_stores[account_id or context.account_id][region or context.region].functions.get(name)
    if function is None or qualifier in (None, "$LATEST"):
        return
    if qualifier not in function.aliases and qualifier not in function.versions:
        raise InvalidParameterValueException("Function does not exist", Type="User")


def _store_waiting_logs_of_stopped_versions() -> None:
    """Let a version's log handler finish its queue before it stops; LocalStack's drops what still waits."""

    @patch(LogHandler.stop)
    def stop(original: Callable[..., None], log_handler: LogHandler) -> None:
        # The logs service of an emulator that stops may be gone already.
        if log_handler._thread and not events.infra_stopping.is_set():
            log_handler.log_queue.put(QUEUE_SHUTDOWN)
            log_handler._thread.join(LOGS_TIMEOUT_SECONDS)
        original(log_handler)


def _start_no_thread_for_a_metric() -> None:
    """Leave the metrics to the executor; LocalStack starts a thread for each, and keeps it when it has ended."""
    original: Callable[..., object] = version_manager.start_thread

    def start_thread(method: object, **options: Any) -> object:
        if str(options.get("name")).startswith(METRIC_THREAD):
            return None
        return original(method, **options)

    Patch(version_manager, "start_thread", start_thread).apply()


def _pass_on_client_contexts() -> None:
    """Let the executor know an invocation's client context, which LocalStack keeps to itself."""

    @patch(LocalStackEnvironment.invoke)
    def invoke(
        original: Callable[..., Any], environment: LocalStackEnvironment, invocation: Invocation
    ) -> Any:
        token = _client_context.set(invocation.client_context)
        try:
            return original(environment, invocation)
        finally:
            _client_context.reset(token)


def _refuse_unavailable(request: Mapping[str, Any], function_name: str, runtime: str | None) -> None:
    try:
        check_runtime(runtime)
        check_configuration(request, function_name, config.BUCKET_MARKER_LOCAL)
    except NotAvailableError as error:
        raise InvalidParameterValueException(str(error), Type="User") from error


class EventText(str):
    """A function's log: its text is the tail that Invoke returns, LocalStack's log handler cuts it into all events."""

    events: Sequence[str]

    def __new__(cls, events: Sequence[str], tail: Sequence[str]) -> "EventText":
        text = super().__new__(cls, "".join(f"{event}\n" for event in tail))
        text.events = events
        return text

    def split(self, sep: str | None = None, maxsplit: int = -1) -> list[str]:  # type: ignore[override]
        return list(self.events) if sep == "\n" else super().split(sep, maxsplit)


class SubprocessRuntimeExecutor(RuntimeExecutor):
    """Runs one execution environment of LocalStack's as a subprocess of the emulator."""

    _environment: ExecutionEnvironment | None = None
    _stopped = False

    def start(self, env_vars: dict[str, str]) -> None:
        version = self.function_version
        self._log_group, self._log_stream = (
            env_vars["AWS_LAMBDA_LOG_GROUP_NAME"],
            env_vars["AWS_LAMBDA_LOG_STREAM_NAME"],
        )
        self._environment = ExecutionEnvironment(
            f"{version.id.function_name}-{self.id[:8]}",
            _function_settings(version),
            env_vars,
            _environments_directory() / self.id,
        )
        self._environment.start()

    def stop(self) -> None:
        self._stopped = True
        if self._environment is not None:
            # A version that is replaced or deleted finishes what it has begun; a stopping emulator does not wait.
            self._environment.stop(wait_for_invocation=not events.infra_stopping.is_set())

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        if self._environment is None:
            raise LambdaRuntimeException(f"Execution environment {self.id} was not started.")
        result = self._environment.invoke(
            payload["invoke-id"],
            payload["payload"].encode(),
            payload["invoked-function-arn"],
            payload["trace-id"],
            read_client_context(_client_context.get()),
        )
        if is_api_enabled("cloudwatch"):
            function = self.function_version.id
            METRICS.add(
                function.account,
                function.region,
                function.function_name,
                failed=result.error_type is not None,
                duration_seconds=result.duration_seconds,
            )
        log = EventText(result.log_events, result.log_tail)
        if self._stopped:
            self._store_last_log(log)
        return InvocationResult(
            payload["invoke-id"], result.payload, is_error=result.error_type is not None, logs=log
        )

    def _store_last_log(self, log: "EventText") -> None:
        """Store the log of an invocation that outlived its version's own log handler."""
        log_handler = LogHandler(self.function_version.config.role, self.function_version.id.region)
        log_handler.add_logs(LogItem(self._log_group, self._log_stream, log))
        log_handler.log_queue.put(QUEUE_SHUTDOWN)
        log_handler.run_log_loop()

    def get_logs(self) -> str:
        return self._environment.unread_log() if self._environment is not None else ""

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        host = str(config.GATEWAY_LISTEN[0].host)
        return "127.0.0.1" if host in ANY_ADDRESS else host

    def get_runtime_endpoint(self) -> str:
        """LocalStack asks for the address of its own container's callback; our functions have no use for it."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        settings = function_version.config
        try:
            check_runtime(settings.runtime)
        except NotAvailableError as error:
            raise LambdaRuntimeException(str(error)) from error
        if settings.runtime != interpreter_runtime():
            LOG.warning(
                "%s names the runtime %s; it runs on %s, the interpreter of the emulator.",
                function_version.qualified_arn,
                settings.runtime,
                interpreter_runtime(),
            )
        settings.code.prepare_for_execution()
        for layer in settings.layers:
            layer.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing to do: LocalStack removes the code, and each environment its own directory."""

    @classmethod
    def validate_environment(cls) -> bool:
        # What an emulator that was killed has left behind.
        end_left_behind(_environments_directory())
        remove_tree(_environments_directory())
        end_with_this_process(_environments_directory())
        if missing := missing_isolation(landlock_version()):
            LOG.warning(missing)
        return True


def _environments_directory() -> Path:
    return Path(config.dirs.tmp).absolute() / "lambda-environments"


def _function_settings(version: FunctionVersion) -> FunctionSettings:
    settings = version.config
    logging_config = settings.logging_config or {}
    return FunctionSettings(
        function_name=version.id.function_name,
        version=version.id.qualifier,
        handler=settings.handler,
        runtime=settings.runtime,
        timeout_seconds=settings.timeout,
        memory_size_mb=settings.memory_size,
        ephemeral_storage_size_mb=settings.ephemeral_storage.size,
        max_response_bytes=config.LAMBDA_LIMITS_MAX_FUNCTION_PAYLOAD_SIZE_BYTES,
        code=settings.code.get_unzipped_code_location(),
        layers=[layer.code.get_unzipped_code_location() for layer in settings.layers],
        configured_environment=settings.environment or {},
        log_format=logging_config.get("LogFormat", "Text"),
        application_log_level=logging_config.get("ApplicationLogLevel"),
        system_log_level=logging_config.get("SystemLogLevel"),
    )
