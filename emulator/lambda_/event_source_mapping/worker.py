"""The threads of event source mappings: LocalStack's workers, with this project's poller for streams."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.connect import connect_to
from localstack.services.lambda_.event_source_mapping import esm_worker_factory
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmWorker
from localstack.services.lambda_.event_source_mapping.pollers.poller import EmptyPollResultsException
from localstack.services.lambda_.event_source_mapping.pollers.stream_poller import (
    StreamPoller as LocalStackStreamPoller,
)

from emulator.dynamodbstreams.provider import dynamodbstreams_client
from emulator.kinesis.provider import kinesis_client
from emulator.lambda_.event_source_mapping.assembly import MappingAssembly
from emulator.lambda_.event_source_mapping.invocation import Invocations
from emulator.lambda_.event_source_mapping.mapping import read_mapping
from emulator.lambda_.event_source_mapping.queue_processor import QueueProcessor
from emulator.lambda_.event_source_mapping.tumbling_window import MappingProgress
from emulator.pipes.backoff import Backoff
from emulator.pipes.choice import RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.errors import SourceError, StreamNotFoundError
from emulator.pipes.event_pattern import compile_filter
from emulator.pipes.stream_poller import StreamPoller

LOG = logging.getLogger(__name__)

# How soon a queue is asked again that was empty, or whose messages a function has just failed.
QUEUE_PAUSE_SECONDS = 1.0
STARTING = (EsmState.CREATING, EsmState.ENABLING, EsmState.UPDATING)
SETTLED = (EsmState.ENABLED, EsmState.DISABLED)


def use_mapping_workers() -> None:
    """Have LocalStack make this project's workers."""
    esm_worker_factory.EsmWorker = MappingWorker


@dataclass(slots=True)
class _Shared:
    """What the successive workers of one mapping share; `lock` guards the rest, `reading` is held to read."""

    progress: MappingProgress = field(default_factory=MappingProgress)
    lock: threading.RLock = field(default_factory=threading.RLock)
    reading: threading.Lock = field(default_factory=threading.Lock)
    current: "MappingWorker | None" = None
    running: int = 0
    is_deleted: bool = False


class MappingWorker(EsmWorker):
    """Runs one configuration of a mapping; an update makes another worker, which goes on where this one stops.

    A worker that is stopped finishes its batch, and its successor waits for that. LocalStack's own worker would
    read a stream from its starting position again.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
    """

    mappings: ClassVar[dict[str, _Shared]] = {}

    def __init__(self, esm_config: Any, *, poller: Any, enabled: bool, user_state_reason: Any) -> None:
        super().__init__(esm_config, poller, enabled, user_state_reason)
        self._shared = self.mappings.setdefault(self.uuid, _Shared())
        self._shared.current = self
        # Set when there is something to do before the time to poll again.
        self._awake = threading.Event()
        self._invocations = Invocations(f"event-source-mapping-{self.uuid}", self._awake.set)
        self._assembly: MappingAssembly | None = None
        if isinstance(poller, LocalStackStreamPoller):
            self._assembly = self._stream_assembly(poller)
        self._queue = poller.processor = QueueProcessor(poller.processor)
        self._stream: StreamPoller | None = None
        self._trouble = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)

    def _stream_assembly(self, poller: Any) -> MappingAssembly:
        mapping = read_mapping(self.esm_config, getattr(poller, "invoke_identity_arn", ""))
        region, account_id = mapping.source_arn.split(":")[3:5]
        clients = _clients(account_id, region, poller.processor.sender.target_client)
        return MappingAssembly(
            mapping,
            clients,
            compile_filter,
            Clock(),
            self._invocations.begin,
            self._show_result,
            self._invocations.wait,
        )

    def create(self) -> None:
        """Start to read, or settle as disabled once no earlier worker reads any more."""
        with self._shared.lock:
            if self._shared.is_deleted:  # while an update made this worker
                self.delete_esm_in_store()
                return
            if not self.enabled:
                self._show_state(EsmState.DISABLING if self._shared.running else EsmState.DISABLED)
                return
            state = self.esm_config["State"]
            self._show_state(state if state in STARTING else EsmState.UPDATING)
            self._shared.running += 1
        threading.Thread(
            target=self.poller_loop, name=f"event-source-mapping-{self.uuid}", daemon=True
        ).start()

    def stop(self) -> None:
        """End after the batches in flight: a successor has taken over."""
        self._shutdown_event.set()
        self._awake.set()

    def stop_for_shutdown(self) -> None:
        """End, as the emulator does."""
        super().stop_for_shutdown()
        self._awake.set()

    def delete(self) -> None:
        """Forget the mapping, after the batches in flight."""
        with self._shared.lock:
            self._shared.is_deleted = True
            self._shared.current = self
            self._show_state(EsmState.DELETING)
            self.stop()
            if not self._shared.running:
                self._settle()

    def poller_loop(self) -> None:
        """Read and deliver until the worker is stopped."""
        with self._shared.reading:
            while not self._shutdown_event.is_set():
                try:
                    seconds = self._poll()
                except EmptyPollResultsException:
                    self._trouble.reset()
                    seconds = QUEUE_PAUSE_SECONDS
                except (SourceError, ClientError, BotoCoreError) as error:
                    seconds = self._trouble.next()
                    LOG.warning("mapping %s: reading again in %.1f s: %s", self.uuid, seconds, error)
                    self._start_over()
                    if isinstance(error, StreamNotFoundError):
                        # A mapping in transition could not be deleted.
                        self._show_enabled()
                except Exception:
                    seconds = self._trouble.next()
                    LOG.exception("mapping %s: unexpected failure", self.uuid)
                    self._start_over()
                    self._show_enabled()
                self._awake.wait(seconds)
                if not self._shutdown_event.is_set():
                    self._awake.clear()
            self._invocations.wait()
            self.poller.close()
        with self._shared.lock:
            self._shared.running -= 1
            if not self._shared.running and self._shared.current is not None:
                self._shared.current._settle()

    def _poll(self) -> float:
        """Poll once; return after how many seconds to poll again."""
        if self._assembly is None:
            self._show_enabled()
            self._queue.failed = False
            self.poller.poll_events()
            self._trouble.reset()
            return QUEUE_PAUSE_SECONDS if self._queue.failed else 0.0
        if self._stream is None:
            self._stream = self._assembly.poller(self._shared.progress, self._shutdown_event.is_set)
        self._show_enabled()
        seconds = self._stream.step(self._shutdown_event.is_set)
        self._trouble.reset()
        return seconds

    def _start_over(self) -> None:
        """Read everything after the checkpoints again: what the poller held may be lost."""
        self._invocations.wait()
        self._stream = None

    def _settle(self) -> None:
        """Finish the transition of a mapping that nobody reads any more; call with the lock held."""
        if self.current_state == EsmState.DISABLING:
            self._show_state(EsmState.DISABLED)
        elif self.current_state == EsmState.DELETING:
            self.delete_esm_in_store()
            self.mappings.pop(self.uuid, None)

    def _show_enabled(self) -> None:
        with self._shared.lock:
            if self.current_state in STARTING and not self._shutdown_event.is_set():
                self._show_state(EsmState.ENABLED)

    def _show_state(self, state: EsmState) -> None:
        self.current_state = state
        if self._shared.current is self:
            self._store(State=state, LastModified=datetime.now(UTC))

    def _show_result(self, result: str) -> None:
        self._store(LastProcessingResult=result)

    def _store(self, **values: Any) -> None:
        configuration = self._state.event_source_mappings.get(self.uuid)
        if configuration is not None:
            configuration.update(values)


def _clients(account_id: str, region: str, lambda_client: Any) -> Callable[[str], Any]:
    """Return clients by service; those for records skip the gateway."""
    factory = connect_to(aws_access_key_id=account_id, region_name=region)

    def client(service: str) -> Any:
        if service == "dynamodbstreams":
            return dynamodbstreams_client(account_id, region)
        if service == "kinesis":
            return kinesis_client(account_id, region)
        return lambda_client if service == "lambda" else getattr(factory, service)

    return client
