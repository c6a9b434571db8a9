"""What the processes of an environment use together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator.lambda_.process_census import EnvironmentUse, ProcessCensus, SessionCensus
from tests.polling import poll_until

KIBIBYTE = 1024
ONE = Path("/scratch/one/task")
OTHER = Path("/scratch/other/task")


def add_process(
    processes: Path,
    process_id: int,
    task_root: Path,
    anonymous_kib: int,
    share_kib: int | None,
    threads: int = 1,
) -> None:
    process = processes / str(process_id)
    process.mkdir()
    (process / "environ").write_bytes(b"A=1\0LAMBDA_TASK_ROOT=" + bytes(task_root) + b"\0")
    (process / "status").write_text(
        f"Name:\tpython\nVmHWM:\t{anonymous_kib} kB\nRssAnon:\t{anonymous_kib} kB\nThreads:\t{threads}\n"
    )
    if share_kib is not None:
        (process / "smaps_rollup").write_text(
            f"00-ff ---p 00000000 00:00 0  [rollup]\nPss_Anon: {share_kib} kB\nPss_Shmem: 1 kB\n"
        )


@pytest.fixture
def census(tmp_path: Path) -> ProcessCensus:
    return ProcessCensus(tmp_path)


def test_forked_processes_count_what_they_have_in_common_once(tmp_path: Path, census: ProcessCensus) -> None:
    # GIVEN
    add_process(tmp_path, 10, ONE, anonymous_kib=1000, share_kib=600, threads=3)
    add_process(tmp_path, 11, ONE, anonymous_kib=1000, share_kib=500)
    add_process(tmp_path, 12, OTHER, anonymous_kib=70, share_kib=60, threads=2)

    # WHEN
    census.count()
    uses = census.last_use_of(ONE), census.last_use_of(OTHER)

    # THEN
    assert uses == (
        EnvironmentUse(threads=4, charged_bytes=1102 * KIBIBYTE),
        EnvironmentUse(threads=2, charged_bytes=70 * KIBIBYTE),
    )


def test_without_the_kernels_shares_memory_is_added_up(tmp_path: Path, census: ProcessCensus) -> None:
    # GIVEN
    add_process(tmp_path, 10, ONE, anonymous_kib=100, share_kib=None)
    add_process(tmp_path, 11, ONE, anonymous_kib=200, share_kib=None)

    # WHEN
    census.count()

    # THEN
    assert census.last_use_of(ONE).charged_bytes == 300 * KIBIBYTE


def test_environment_without_processes_uses_nothing(tmp_path: Path, census: ProcessCensus) -> None:
    census.count()
    assert census.last_use_of(ONE) == EnvironmentUse(0, 0)


def test_a_count_that_began_too_early_says_nothing(tmp_path: Path, census: ProcessCensus) -> None:
    # GIVEN
    add_process(tmp_path, 10, ONE, anonymous_kib=100, share_kib=None)
    before = time.monotonic()
    census.count()
    after = time.monotonic()

    # WHEN / THEN
    assert census.last_use_of(ONE, before).threads == 1
    assert census.last_use_of(ONE, after + 1) == EnvironmentUse()


def test_a_count_that_is_asked_for_takes_place(tmp_path: Path, census: ProcessCensus) -> None:
    # GIVEN
    add_process(tmp_path, 10, ONE, anonymous_kib=100, share_kib=None)

    # WHEN / THEN
    poll_until("the process to be counted", lambda: census.use_of(ONE).threads == 1)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_session_is_counted_with_its_processes() -> None:
    # GIVEN
    sessions = SessionCensus()
    shell = subprocess.Popen(["sh", "-c", "sleep 60 & wait"], start_new_session=True)
    try:
        # WHEN / THEN
        poll_until("the shell and its child to be counted", lambda: sessions.size_of(shell.pid) == 2)
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()


def test_without_proc_no_session_has_processes(tmp_path: Path) -> None:
    assert SessionCensus(tmp_path / "none").size_of(os.getsid(0)) == 0
