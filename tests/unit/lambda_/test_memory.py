"""What is read of a process's memory."""

from emulator.lambda_.memory import MemoryUse, parse_memory_use

STATUS = """\
Name:\tpython
VmPeak:\t  200000 kB
VmHWM:\t   40000 kB
VmRSS:\t   38000 kB
RssAnon:\t   20000 kB
RssFile:\t   17000 kB
RssShmem:\t    1000 kB
Threads:\t5
"""


def test_what_cannot_be_shared_or_dropped_is_charged() -> None:
    assert parse_memory_use(STATUS) == MemoryUse(
        charged_bytes=21000 * 1024, peak_bytes=40000 * 1024, threads=5
    )


def test_process_that_is_ending_has_no_memory() -> None:
    assert parse_memory_use("Name:\tpython\nState:\tZ (zombie)\n") is None
