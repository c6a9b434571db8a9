"""What one command remembers for the next."""

from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.state import State, exclusively, forget_state, read_state, write_state

STATE = State("host", {"LOCALSTACK_PORT": "4566"}, "token", "/tmp/supervisor.sock")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path, tmp_path / ".sandbox")


def test_state_is_read_back_as_written(layout: Layout) -> None:
    write_state(layout, STATE)
    assert read_state(layout) == STATE


def test_state_is_private_because_it_holds_the_token(layout: Layout) -> None:
    write_state(layout, STATE)
    assert layout.state.stat().st_mode & 0o777 == 0o600


def test_state_that_was_forgotten_is_gone(layout: Layout) -> None:
    write_state(layout, STATE)
    forget_state(layout)
    assert read_state(layout) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mode": "host"}'])
def test_state_that_cannot_be_read_counts_as_none(layout: Layout, text: str) -> None:
    layout.data.mkdir()
    layout.state.write_text(text)
    assert read_state(layout) is None


def test_two_commands_do_not_run_beside_each_other(layout: Layout) -> None:
    with (
        exclusively(layout),
        pytest.raises(SandboxError, match="another command is starting or stopping"),
        exclusively(layout),
    ):
        pytest.fail("the lock was taken twice")
    with exclusively(layout):
        pass
