"""The states of a pipe and the thread that carries them out.

https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-start-stop.html
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from emulator.pipes.errors import SourceAccessError, StreamNotFoundError
from emulator.pipes.pipe import Pipe, PipeDefinition, QueueParameters
from emulator.pipes.worker import TRANSITIONAL_STATES, PipeWorker, Transition
from tests.polling import PATIENCE_SECONDS, poll_until
from tests.unit.pipes.fakes import Surroundings


@dataclass
class FakePoller:
    """Counts its steps; waits in `step` as long as `gate` is closed."""

    definition: PipeDefinition
    gate: threading.Event
    errors: list[Exception]
    steps: int = 0
    closed: bool = False

    def close(self) -> None:
        self.closed = True

    def step(self, stopping: Callable[[], bool]) -> float:
        self.steps += 1
        self.gate.wait(PATIENCE_SECONDS)
        if self.errors:
            raise self.errors.pop(0)
        return 0.01


@dataclass
class FakeAssembly:
    """Refuses what it is told to; keeps the pollers it made."""

    create_error: Exception | None = None
    check_error: SourceAccessError | None = None
    source_error: SourceAccessError | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    poller_errors: list[Exception] = field(default_factory=list)
    pollers: list[FakePoller] = field(default_factory=list)

    def create(self, pipe: Pipe, definition: PipeDefinition, stopping: Callable[[], bool]) -> None:
        if self.create_error is not None:
            raise self.create_error
        pipe.progress.starting_position_resolved = True

    def check(self, pipe: Pipe, definition: PipeDefinition) -> None:
        if self.check_error is not None:
            raise self.check_error

    def check_source(self, pipe: Pipe) -> None:
        if self.source_error is not None:
            raise self.source_error

    def poller(self, pipe: Pipe) -> FakePoller:
        self.pollers.append(FakePoller(pipe.definition, self.gate, self.poller_errors))
        return self.pollers[-1]


class Subject:
    """A worker on a fake assembly."""

    def __init__(self) -> None:
        self.assembly = FakeAssembly()
        self.assembly.gate.set()
        self.pipe = Surroundings().pipe
        self.deleted: list[str] = []
        self.lock = threading.RLock()
        self.worker = PipeWorker(
            self.pipe, self.assembly, self.lock, lambda pipe: self.deleted.append(pipe.name)
        )

    def request(self, transition: Transition, definition: PipeDefinition | None = None) -> str:
        """Ask for a transition and return the state that an answer would show."""
        with self.lock:
            self.worker.request(transition, definition)
            return self.pipe.current_state

    def settle(self) -> tuple[str, str | None]:
        """Wait for the transition to end; return the state and its reason."""
        poll_until(
            "the transition to end",
            lambda: self.pipe.current_state not in TRANSITIONAL_STATES,
            interval_seconds=0.001,
        )
        return self.pipe.current_state, self.pipe.state_reason

    def create(self, desired_state: str = "RUNNING") -> tuple[str, str | None]:
        """Create the pipe and wait for the outcome."""
        self.pipe.desired_state = desired_state
        self.request(Transition.CREATE)
        self.worker.start()
        return self.settle()

    def change(
        self, transition: Transition, desired_state: str, definition: PipeDefinition | None = None
    ) -> tuple[str, str | None]:
        """Carry out a transition and wait for the outcome."""
        self.pipe.desired_state = desired_state
        self.request(transition, definition)
        return self.settle()


@pytest.fixture
def subject() -> Iterator[Subject]:
    """Return a subject whose thread is ended afterwards."""
    subject = Subject()
    yield subject
    subject.assembly.gate.set()
    subject.worker.close()
    subject.worker.join(PATIENCE_SECONDS)


def test_created_pipe_runs(subject: Subject) -> None:
    assert subject.create() == ("RUNNING", "No records processed")
    poll_until("a poll", lambda: subject.assembly.pollers[0].steps > 1, interval_seconds=0.001)


def test_pipe_created_as_stopped_does_not_poll(subject: Subject) -> None:
    assert subject.create("STOPPED") == ("STOPPED", "No records processed")
    assert subject.assembly.pollers == []


@pytest.mark.parametrize(
    ("transition", "state"),
    [
        (Transition.CREATE, "CREATING"),
        (Transition.UPDATE, "UPDATING"),
        (Transition.START, "STARTING"),
        (Transition.STOP, "STOPPING"),
        (Transition.DELETE, "DELETING"),
    ],
)
def test_answer_shows_the_state_on_the_way(subject: Subject, transition: Transition, state: str) -> None:
    assert subject.request(transition) == state


def test_pipe_whose_source_cannot_be_accessed_fails_with_the_reason(subject: Subject) -> None:
    subject.assembly.create_error = SourceAccessError("Cannot access stream")

    assert subject.create() == ("CREATE_FAILED", "Cannot access stream")
    assert subject.assembly.pollers == []


def test_failed_pipe_can_be_started_once_the_source_is_there(subject: Subject) -> None:
    # GIVEN a pipe that could not be created
    subject.assembly.create_error = SourceAccessError("Cannot access stream")
    subject.create()

    # WHEN the source is there and the pipe is started
    subject.assembly.create_error = None

    # THEN it runs
    assert subject.change(Transition.START, "RUNNING") == ("RUNNING", "User initiated")


def test_failed_pipe_can_be_updated_with_a_role_that_exists() -> None:
    # GIVEN a pipe that could not be created for want of its role
    around = Surroundings()
    role_arn, other = around.pipe.definition.role_arn, around.pipe.definition.role_arn + "-2"
    around.pipe.definition = replace(around.pipe.definition, role_arn=other)
    worker = PipeWorker(around.pipe, around.assembly, threading.RLock(), lambda pipe: None)
    worker.request(Transition.CREATE)
    worker.start()
    poll_until("the failure", lambda: around.pipe.current_state == "CREATE_FAILED", interval_seconds=0.001)

    # WHEN it is updated with another role
    worker.request(Transition.UPDATE, replace(around.pipe.definition, role_arn=role_arn))
    poll_until(
        "the end", lambda: around.pipe.current_state not in TRANSITIONAL_STATES, interval_seconds=0.001
    )
    worker.close()
    worker.join(PATIENCE_SECONDS)

    # THEN it runs with that one
    assert (around.pipe.current_state, around.pipe.definition.role_arn) == ("RUNNING", role_arn)


def test_stop_waits_for_the_batch_in_flight(subject: Subject) -> None:
    # GIVEN a pipe in the middle of a batch
    subject.create()
    poll_until("a poll", lambda: subject.assembly.pollers[0].steps > 0, interval_seconds=0.001)
    subject.assembly.gate.clear()
    steps = subject.assembly.pollers[0].steps
    poll_until("a batch", lambda: subject.assembly.pollers[0].steps > steps, interval_seconds=0.001)

    # WHEN it is stopped
    subject.pipe.desired_state = "STOPPED"
    subject.request(Transition.STOP)
    before = subject.pipe.current_state
    subject.assembly.gate.set()

    # THEN it is STOPPING until the batch is done, and does not begin another
    assert (before, subject.settle()) == ("STOPPING", ("STOPPED", "User initiated"))
    assert subject.assembly.pollers[0].steps == steps + 1
    assert subject.assembly.pollers[0].closed


def test_started_pipe_gets_a_new_poller(subject: Subject) -> None:
    # GIVEN a stopped pipe
    subject.create()
    subject.change(Transition.STOP, "STOPPED")

    # WHEN it is started
    outcome = subject.change(Transition.START, "RUNNING")

    # THEN it runs from its checkpoints
    assert (outcome, len(subject.assembly.pollers)) == (("RUNNING", "User initiated"), 2)


def test_updated_pipe_goes_on_with_the_new_definition(subject: Subject) -> None:
    # GIVEN a running pipe
    subject.create()
    definition = replace(subject.pipe.definition, description="new")

    # WHEN it is updated
    outcome = subject.change(Transition.UPDATE, "RUNNING", definition)

    # THEN the new poller has the new definition
    assert outcome == ("RUNNING", "No records processed")
    assert subject.assembly.pollers[-1].definition.description == "new"


def test_failed_update_keeps_the_definition(subject: Subject) -> None:
    # GIVEN a running pipe and a role that does not exist
    subject.create()
    subject.assembly.check_error = SourceAccessError("Cannot access stream")

    # WHEN it is updated
    outcome = subject.change(
        Transition.UPDATE, "RUNNING", replace(subject.pipe.definition, description="new")
    )

    # THEN it says why, and is as it was
    assert outcome == ("UPDATE_FAILED", "Cannot access stream")
    assert subject.pipe.definition.description is None


def test_stopped_pipe_stays_stopped_through_an_update(subject: Subject) -> None:
    subject.create("STOPPED")

    outcome = subject.change(Transition.UPDATE, "STOPPED", subject.pipe.definition)

    assert outcome == ("STOPPED", "No records processed")
    assert subject.assembly.pollers == []


def test_states_of_a_queues_pipe_have_the_reasons_recorded_on_aws() -> None:
    # https://github.com/cloud-custodian/cloud-custodian/tree/main/tests/data/placebo
    # GIVEN a pipe that reads a queue
    subject = Subject()
    subject.pipe.definition = replace(subject.pipe.definition, source_parameters=QueueParameters())
    created_at = subject.pipe.last_modified_time
    seen = [subject.create()]
    settled_at = subject.pipe.last_modified_time

    # WHEN it is stopped, and looked at on the way
    subject.pipe.desired_state = "STOPPED"
    with subject.lock:
        subject.worker.request(Transition.STOP)
        seen.append((subject.pipe.current_state, subject.pipe.state_reason))
    seen.append(subject.settle())
    subject.worker.close()
    subject.worker.join(5)

    # THEN the reason changes with the end of each transition, and so does the time
    assert seen == [
        ("RUNNING", "USER_INITIATED"),
        ("STOPPING", "USER_INITIATED"),
        ("STOPPED", "User initiated"),
    ]
    assert created_at < settled_at < subject.pipe.last_modified_time


def test_pipe_whose_stream_was_disabled_can_be_neither_stopped_nor_started(subject: Subject) -> None:
    # GIVEN a running pipe whose stream is disabled
    subject.create()
    subject.assembly.source_error = subject.assembly.check_error = SourceAccessError("Stream not found.")

    # THEN both end with the reason
    assert subject.change(Transition.STOP, "STOPPED") == ("STOP_FAILED", "Stream not found.")
    assert subject.change(Transition.START, "RUNNING") == ("START_FAILED", "Stream not found.")


def test_pipe_stops_with_a_reason_when_its_stream_is_gone(subject: Subject) -> None:
    # GIVEN a running pipe
    subject.create()

    # WHEN its stream disappears
    subject.assembly.source_error = SourceAccessError("Stream not found.")
    subject.assembly.poller_errors.append(StreamNotFoundError("gone"))
    poll_until("the stop", lambda: subject.pipe.current_state == "STOPPED", interval_seconds=0.001)

    # THEN the pipe says why
    assert subject.pipe.state_reason == "Stream not found."


def test_deleted_pipe_is_forgotten_and_its_thread_ends(subject: Subject) -> None:
    # GIVEN a running pipe
    subject.create()

    # WHEN it is deleted
    subject.request(Transition.DELETE)
    subject.worker.join(PATIENCE_SECONDS)

    # THEN it is gone
    assert subject.deleted == ["orders-pipe"]


def test_closing_ends_the_thread_and_leaves_the_state(subject: Subject) -> None:
    # GIVEN a running pipe
    subject.create()
    name = f"pipe-{subject.pipe.name}"
    assert name in {thread.name for thread in threading.enumerate()}

    # WHEN the emulator stops
    subject.worker.close()
    subject.worker.join(PATIENCE_SECONDS)

    # THEN the thread is gone, and the pipe is as it was
    assert name not in {thread.name for thread in threading.enumerate()}
    assert subject.pipe.current_state == "RUNNING"


def test_defect_while_polling_makes_the_pipe_read_again_from_its_checkpoints(subject: Subject) -> None:
    # GIVEN a running pipe
    subject.create()

    # WHEN its poller fails in an unforeseen way
    subject.assembly.poller_errors.append(RuntimeError("defect"))
    poll_until("a new poller", lambda: len(subject.assembly.pollers) > 1, interval_seconds=0.001)

    # THEN the new one polls, and the pipe runs on
    poll_until("a poll", lambda: subject.assembly.pollers[1].steps > 0, interval_seconds=0.001)
    assert (subject.pipe.current_state, subject.pipe.state_reason) == ("RUNNING", "No records processed")


def test_defect_in_a_transition_does_not_leave_the_pipe_hanging(subject: Subject) -> None:
    subject.assembly.create_error = RuntimeError("defect")

    assert subject.create() == ("CREATE_FAILED", "Internal error: defect")
