"""The order of host mode's processes, at the start and after each kind of end."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sandbox.conductor import RETRY_SECONDS, Conductor
from sandbox.supervisor import Process


class FakeManager:
    """A process manager whose processes start and stop at once; `actions` tells what it was asked."""

    def __init__(self) -> None:
        self.actions: list[str] = []
        self._pid = 100
        self._processes = {
            name: Process(name, "STOPPED", 0, 0, 0, 0) for name in ("localstack", "bootstrap", "generator")
        }

    def processes(self) -> Mapping[str, Process]:
        return self._processes

    def start(self, name: str) -> None:
        self.actions.append(f"start {name}")
        self.runs(name)

    def stop(self, name: str) -> None:
        self.actions.append(f"stop {name}")
        self._processes[name] = Process(name, "STOPPED", 0, 0, 0, 0)

    def runs(self, name: str) -> None:
        self._pid += 1
        self._processes[name] = Process(name, "RUNNING", self._pid, 0, 0, 0)

    def ends(self, name: str, status: int) -> None:
        self._processes[name] = Process(name, "EXITED", 0, status, 0, 0)


MakeConductor = Callable[..., Conductor]


@pytest.fixture
def manager() -> FakeManager:
    return FakeManager()


@pytest.fixture
def conductor(manager: FakeManager, tmp_path: Path) -> MakeConductor:
    """Return a factory of conductors that share one memory, as one that was killed and its successor do."""

    def make(*, healthy: bool = True, generator_ends: bool = False) -> Conductor:
        return Conductor(manager, lambda: healthy, tmp_path / "conductor.json", generator_ends=generator_ends)

    return make


def orders_flow(manager: FakeManager, subject: Conductor) -> None:
    """Bring the processes to where everything runs."""
    manager.runs("localstack")
    subject.step(0)
    manager.ends("bootstrap", 0)
    subject.step(1)
    manager.actions.clear()


def test_bootstrap_waits_until_the_emulator_answers(manager: FakeManager, conductor: MakeConductor) -> None:
    manager.runs("localstack")
    # WHEN
    conductor(healthy=False).step(0)
    # THEN
    assert manager.actions == []
    # WHEN
    conductor(healthy=True).step(1)
    # THEN
    assert manager.actions == ["start bootstrap"]


def test_generator_starts_when_bootstrap_has_succeeded(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    # GIVEN
    subject = conductor()
    manager.runs("localstack")
    subject.step(0)
    # WHEN
    subject.step(1)
    manager.ends("bootstrap", 0)
    subject.step(2)
    subject.step(3)
    # THEN
    assert manager.actions == ["start bootstrap", "start generator"]


def test_bootstrap_that_failed_is_started_again_after_a_while(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    # GIVEN
    subject = conductor()
    manager.runs("localstack")
    subject.step(0)
    manager.ends("bootstrap", 1)
    # WHEN
    subject.step(RETRY_SECONDS - 0.1)
    # THEN
    assert manager.actions == ["start bootstrap"]
    # WHEN
    subject.step(RETRY_SECONDS)
    # THEN
    assert manager.actions == ["start bootstrap", "start bootstrap"]


def test_new_emulator_is_empty_so_the_generator_stops_before_bootstrap_runs_again(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    # GIVEN
    subject = conductor()
    orders_flow(manager, subject)
    # WHEN
    manager.runs("localstack")
    subject.step(2)
    subject.step(3)
    manager.ends("bootstrap", 0)
    subject.step(4)
    # THEN
    assert manager.actions == ["stop generator", "start bootstrap", "start generator"]


def test_bootstrap_of_a_former_emulator_is_stopped(manager: FakeManager, conductor: MakeConductor) -> None:
    # GIVEN
    subject = conductor()
    manager.runs("localstack")
    subject.step(0)
    # WHEN
    manager.runs("localstack")
    subject.step(1)
    subject.step(2)
    # THEN
    assert manager.actions == ["start bootstrap", "stop bootstrap", "start bootstrap"]


def test_generator_that_ended_without_an_order_count_is_started_again(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    subject = conductor()
    orders_flow(manager, subject)
    # WHEN
    manager.ends("generator", 0)
    subject.step(2)
    # THEN
    assert manager.actions == ["start generator"]


def test_generator_that_reached_its_order_count_stays_ended(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    subject = conductor(generator_ends=True)
    orders_flow(manager, subject)
    # WHEN
    manager.ends("generator", 0)
    subject.step(2)
    # THEN
    assert manager.actions == []


def test_generator_that_the_user_stopped_stays_stopped(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    subject = conductor()
    orders_flow(manager, subject)
    # WHEN
    manager.stop("generator")
    subject.step(2)
    # THEN
    assert manager.actions == ["stop generator"]


def test_successor_of_a_killed_conductor_disturbs_nothing(
    manager: FakeManager, conductor: MakeConductor
) -> None:
    orders_flow(manager, conductor())
    # WHEN
    conductor().step(2)
    # THEN
    assert manager.actions == []
