"""Where the parts run, and what is said about it."""

from dataclasses import dataclass

import pytest

from sandbox.errors import SandboxError
from sandbox.mode import Choice, Problem, choose_mode

NO_ENGINE = Problem("there is no docker command", "start Docker")
NO_COMPOSE = Problem("Docker Compose v2 is not there", "install the Compose plugin")
NO_IMAGE = Problem("python:3 is not here and cannot be pulled", "build a stand-in")
IMAGE = "python:3"


@dataclass
class FakeProbe:
    """Docker with the problems given; it must not be asked further than the first."""

    engine_problem: Problem | None = None
    compose_problem: Problem | None = None
    image_problem: Problem | None = None

    def engine(self) -> Problem | None:
        return self.engine_problem

    def compose(self) -> Problem | None:
        assert self.engine_problem is None
        return self.compose_problem

    def base_image(self, name: str) -> Problem | None:
        assert name == IMAGE
        assert self.compose_problem is None
        return self.image_problem


class UntouchableProbe:
    """Docker that must not be asked."""

    def engine(self) -> Problem | None:
        raise AssertionError

    def compose(self) -> Problem | None:
        raise AssertionError

    def base_image(self, name: str) -> Problem | None:
        raise AssertionError


@pytest.mark.parametrize(
    ("wanted", "probe", "expected"),
    [
        ("auto", FakeProbe(), Choice("docker", "a usable Docker engine answers")),
        ("auto", FakeProbe(engine_problem=NO_ENGINE), Choice("host", NO_ENGINE.reason)),
        ("auto", FakeProbe(compose_problem=NO_COMPOSE), Choice("host", NO_COMPOSE.reason)),
        ("auto", FakeProbe(image_problem=NO_IMAGE), Choice("host", NO_IMAGE.reason)),
        ("docker", FakeProbe(), Choice("docker", "MODE=docker")),
        ("host", UntouchableProbe(), Choice("host", "MODE=host")),
    ],
    ids=["auto", "auto-no-engine", "auto-no-compose", "auto-no-image", "docker", "host-asks-nothing"],
)
def test_mode_follows_from_the_setting_and_from_docker(
    wanted: str, probe: FakeProbe | UntouchableProbe, expected: Choice
) -> None:
    assert choose_mode(wanted, IMAGE, probe) == expected


@pytest.mark.parametrize(
    "probe",
    [
        FakeProbe(engine_problem=NO_ENGINE),
        FakeProbe(compose_problem=NO_COMPOSE),
        FakeProbe(image_problem=NO_IMAGE),
    ],
    ids=["no-engine", "no-compose", "no-image"],
)
def test_docker_asked_for_and_unusable_is_refused_with_the_remedy(probe: FakeProbe) -> None:
    problem = probe.engine_problem or probe.compose_problem or probe.image_problem
    assert problem is not None
    # WHEN
    with pytest.raises(SandboxError) as error:
        choose_mode("docker", IMAGE, probe)
    # THEN
    assert str(error.value) == (
        f"MODE=docker cannot be used: {problem.reason}; {problem.remedy}, or use MODE=host"
    )
