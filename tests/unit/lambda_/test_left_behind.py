"""Which processes count as left behind by a function."""

import os
import sys
import time
from pathlib import Path

import pytest

from emulator.lambda_.left_behind import look_for


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        pytest.param(b"A=1\0LAMBDA_TASK_ROOT=/scratch/one/task\0", True, id="its task root is below"),
        pytest.param(b"LAMBDA_TASK_ROOT=/scratch/one", True, id="its task root is the directory"),
        pytest.param(b"LAMBDA_TASK_ROOT=/scratch/one-more/task\0", False, id="a name that only begins alike"),
        pytest.param(b"OTHER=/scratch/one/task\0", False, id="another variable"),
        pytest.param(b"", False, id="no environment"),
    ],
)
def test_process_is_found_by_its_task_root(tmp_path: Path, environment: bytes, found: bool) -> None:
    # GIVEN
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "environ").write_bytes(environment)

    # WHEN
    processes, _ = look_for(Path("/scratch/one"), tmp_path)

    # THEN
    assert processes == ([17] if found else [])


def test_process_that_has_ended_or_is_no_process_is_passed_over(tmp_path: Path) -> None:
    # GIVEN
    (tmp_path / "18").mkdir()
    (tmp_path / "18" / "environ").symlink_to(tmp_path / "gone")
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "environ").write_bytes(b"LAMBDA_TASK_ROOT=/scratch/one/task")

    # WHEN / THEN
    assert look_for(Path("/scratch/one"), tmp_path) == ([], [])


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")
@pytest.mark.parametrize(
    ("environment", "program", "age_seconds", "found"),
    [
        pytest.param(b"", True, 0.5, True, id="started just now"),
        pytest.param(b"", True, 60, False, id="runs without an environment"),
        pytest.param(b"", False, 0.5, False, id="a thread of the kernel"),
        pytest.param(b"A=1\0", True, 0.5, False, id="has its environment"),
    ],
)
def test_process_on_its_way_to_another_program_is_waited_for(
    tmp_path: Path, environment: bytes, program: bool, age_seconds: float, found: bool
) -> None:
    # GIVEN
    process = tmp_path / "17"
    process.mkdir()
    (process / "environ").write_bytes(environment)
    started = (time.clock_gettime(time.CLOCK_BOOTTIME) - age_seconds) * os.sysconf("SC_CLK_TCK")
    (process / "stat").write_text(f"17 (a (b) c) S {'0 ' * 18}{int(started)} 0 0\n")
    if program:
        (process / "exe").symlink_to("/bin/sh")

    # WHEN / THEN
    assert look_for(Path("/scratch/one"), tmp_path) == ([], [17] if found else [])
