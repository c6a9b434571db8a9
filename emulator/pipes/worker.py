"""The thread of one pipe: it carries out the transitions and polls in between."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from emulator.pipes.backoff import Backoff
from emulator.pipes.choice import RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS
from emulator.pipes.errors import SourceAccessError, StreamNotFoundError
from emulator.pipes.pipe import Pipe, PipeDefinition
from emulator.pipes.state_reason import USER_INITIATED, defined_reason

LOG = logging.getLogger(__name__)


class Transition(Enum):
    """What the API can ask of a pipe; the values are the states before and after a failure."""

    CREATE = ("CREATING", "CREATE_FAILED")
    UPDATE = ("UPDATING", "UPDATE_FAILED")
    START = ("STARTING", "START_FAILED")
    STOP = ("STOPPING", "STOP_FAILED")
    DELETE = ("DELETING", "DELETE_FAILED")

    @property
    def state(self) -> str:
        """CurrentState while the transition is under way."""
        return self.value[0]

    @property
    def failed_state(self) -> str:
        """CurrentState after it failed."""
        return self.value[1]


TRANSITIONAL_STATES = frozenset(transition.state for transition in Transition)


class Poller(Protocol):
    """What a running pipe does."""

    def step(self, stopping: Callable[[], bool]) -> float:
        """Do what is due; return after how many seconds to call again."""

    def close(self) -> None:
        """Give back to the source what was read and will not be delivered."""


class Assembly(Protocol):
    """Checks a pipe's surroundings and builds its poller."""

    def create(self, pipe: Pipe, definition: PipeDefinition, stopping: Callable[[], bool]) -> None:
        """Check the source of a pipe that has never run, and settle its starting position."""

    def check(self, pipe: Pipe, definition: PipeDefinition) -> None:
        """Check role and source of a pipe that exists, and is to have this definition."""

    def check_source(self, pipe: Pipe) -> None:
        """Check the source alone."""

    def poller(self, pipe: Pipe) -> Poller:
        """Build the poller."""


class PipeWorker:
    """Owns a pipe's state from its creation until it is deleted.

    `lock` guards the state of every pipe. A transition is requested with the state already set, so the
    answer of the API shows it; the reason of the former state stays until it ends, as on AWS. A batch in flight is
    finished first; then nothing is read any more. Events that were read and not delivered are read again after the
    next start.
    """

    def __init__(
        self,
        pipe: Pipe,
        assembly: Assembly,
        lock: AbstractContextManager[Any],
        on_deleted: Callable[[Pipe], None],
    ) -> None:
        self.pipe = pipe
        self._assembly = assembly
        self._lock = lock
        self._on_deleted = on_deleted
        self._request: tuple[Transition, PipeDefinition | None] | None = None
        self._interrupted = threading.Event()
        self._closed = False
        self._poller: Poller | None = None
        self._resumes = False
        self._trouble = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)
        self._thread = threading.Thread(target=self._run, name=f"pipe-{pipe.name}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def request(self, transition: Transition, definition: PipeDefinition | None = None) -> None:
        """Ask for a transition; the caller holds the lock and has made sure that none is under way."""
        self.pipe.current_state = transition.state
        self._request = (transition, definition)
        self._interrupted.set()

    def close(self) -> None:
        """End the thread after the batch in flight, leaving the pipe's state as it is."""
        self._closed = True
        self._interrupted.set()

    def join(self, timeout_seconds: float) -> None:
        """Wait for the thread to end, if it ever started."""
        if self._thread.ident is None:
            return
        self._thread.join(timeout_seconds)
        if self._thread.is_alive():
            LOG.warning("%s: still busy with its batch after %.1f s", self.pipe.name, timeout_seconds)

    def _run(self) -> None:
        LOG.debug("%s: worker starts", self.pipe.name)
        while not self._closed:
            try:
                if self._turn():
                    break
            except Exception as error:
                LOG.exception("%s: unexpected failure", self.pipe.name)
                self._fail_transition(error)
                self._distrust_poller()
                self._interrupted.wait(self._trouble.next())
        self._replace_poller(None)
        LOG.debug("%s: worker ends", self.pipe.name)

    def _turn(self) -> bool:
        """Carry out one transition, or poll once; True when there is nothing left to do."""
        with self._lock:
            request, self._request = self._request, None
            self._interrupted.clear()
        if self._closed:
            return True
        if request is not None:
            return self._settle(*request)
        if self._resumes:
            self._replace_poller(self._assembly.poller(self.pipe))
            self._resumes = False
        if self._poller is None:
            self._interrupted.wait()
            return False
        try:
            wait_seconds = self._poller.step(self._interrupted.is_set)
        except StreamNotFoundError as error:
            self._lose_source(error)
            return False
        self._trouble.reset()
        if wait_seconds > 0:
            self._interrupted.wait(wait_seconds)
        return False

    def _distrust_poller(self) -> None:
        """Read everything after the checkpoints again: a poller that failed may have lost what it held."""
        self._resumes = self._resumes or self._poller is not None
        self._replace_poller(None)

    def _replace_poller(self, poller: Poller | None) -> None:
        before, self._poller = self._poller, None
        if before is not None:
            before.close()
        self._poller = poller

    def _settle(self, transition: Transition, definition: PipeDefinition | None) -> bool:
        pipe = self.pipe
        if transition is not Transition.STOP:
            self._resumes = False
        if transition is Transition.DELETE:
            self._replace_poller(None)
            self._on_deleted(pipe)
            LOG.info("%s: deleted", pipe.name)
            return True
        try:
            self._check(transition, definition)
        except SourceAccessError as error:
            # A pipe that could not be stopped goes on; any other failure leaves it idle.
            if transition is not Transition.STOP:
                self._replace_poller(None)
            self._set_state(transition.failed_state, str(error), wanted=False)
            return False
        if definition is not None:
            pipe.definition = definition
        runs = pipe.desired_state == "RUNNING"
        self._resumes = False
        self._replace_poller(self._assembly.poller(pipe) if runs else None)
        is_defined = transition in (Transition.CREATE, Transition.UPDATE)
        reason = defined_reason(pipe.definition) if is_defined else USER_INITIATED
        self._set_state("RUNNING" if runs else "STOPPED", reason)
        return False

    def _check(self, transition: Transition, definition: PipeDefinition | None) -> None:
        pipe = self.pipe
        if transition is Transition.STOP:
            self._assembly.check_source(pipe)
            return
        wanted = definition or pipe.definition
        if pipe.progress.starting_position_resolved:
            self._assembly.check(pipe, wanted)
        else:
            self._assembly.create(pipe, wanted, lambda: self._closed)

    def _lose_source(self, error: StreamNotFoundError) -> None:
        LOG.warning("%s: %s", self.pipe.name, error)
        self._replace_poller(None)
        try:
            self._assembly.check_source(self.pipe)
        except SourceAccessError as reason:
            with self._lock:
                # A transition that was requested meanwhile finds the same out for itself.
                if self._request is None:
                    self._set_state("STOPPED", str(reason), wanted=False)
        else:
            self._replace_poller(self._assembly.poller(self.pipe))

    def _fail_transition(self, error: Exception) -> None:
        """Let no pipe hang in a transition because of a defect."""
        if self.pipe.current_state not in TRANSITIONAL_STATES:
            return
        # Its batch in flight is waited for without the lock.
        self._replace_poller(None)
        with self._lock:
            for transition in Transition:
                if self._request is None and self.pipe.current_state == transition.state:
                    self._set_state(transition.failed_state, f"Internal error: {error}", wanted=False)

    def _set_state(self, state: str, reason: str, *, wanted: bool = True) -> None:
        """Note the state and, as AWS does, when it was reached; `wanted` tells whether it was asked for."""
        with self._lock:
            # Who looks without the lock must not see a state without its reason.
            self.pipe.state_reason = reason
            self.pipe.last_modified_time = datetime.now(UTC)
            self.pipe.current_state = state
        if wanted:
            LOG.info("%s: %s", self.pipe.name, state)
        else:
            LOG.warning("%s: %s: %s", self.pipe.name, state, reason)
