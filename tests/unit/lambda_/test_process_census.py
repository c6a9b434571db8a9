"""What the processes of an environment use together."""

from pathlib import Path

import pytest

from emulator.lambda_.process_census import EnvironmentUse, ProcessCensus

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
    uses = census.use_of(ONE), census.use_of(OTHER)

    # THEN
    assert uses == (
        EnvironmentUse(threads=4, charged_bytes=1102 * KIBIBYTE),
        EnvironmentUse(threads=2, charged_bytes=70 * KIBIBYTE),
    )


def test_without_the_kernels_shares_memory_is_added_up(tmp_path: Path, census: ProcessCensus) -> None:
    # GIVEN
    add_process(tmp_path, 10, ONE, anonymous_kib=100, share_kib=None)
    add_process(tmp_path, 11, ONE, anonymous_kib=200, share_kib=None)

    # WHEN / THEN
    assert census.use_of(ONE).charged_bytes == 300 * KIBIBYTE


def test_environment_without_processes_uses_nothing(tmp_path: Path, census: ProcessCensus) -> None:
    assert census.use_of(ONE) == EnvironmentUse(0, 0)


def test_processes_are_looked_through_for_a_share_of_the_time_only(tmp_path: Path) -> None:
    # GIVEN a look that takes a second
    times = iter([100.0, 101.0, 110.0, 121.5, 122.0])
    census = ProcessCensus(tmp_path, lambda: next(times))
    census.use_of(ONE)
    add_process(tmp_path, 10, ONE, anonymous_kib=100, share_kib=None)

    # WHEN
    uses = [census.use_of(ONE).threads for _ in range(2)]

    # THEN
    assert uses == [0, 1]
