"""How much memory a process uses, where the operating system tells (Linux)."""

from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")
KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """`charged_bytes` is what a process cannot share or drop: the part that a memory limit is about."""

    charged_bytes: int
    peak_bytes: int
    threads: int = 1


def read_memory_use(process_id: int, processes: Path = PROCESSES) -> MemoryUse | None:
    """The memory of a process; `None` if it has ended or the platform has no /proc."""
    try:
        status = (processes / str(process_id) / "status").read_text(errors="replace")
    except OSError:
        return None
    return parse_memory_use(status)


def read_proportional_bytes(process_id: int, processes: Path = PROCESSES) -> int | None:
    """A process's share of the memory that it cannot drop, where processes may have it in common.

    `None` if the process has ended or the kernel does not tell (before Linux 5.4).
    """
    try:
        rollup = (processes / str(process_id) / "smaps_rollup").read_text()
    except OSError:
        return None
    kibibytes = _read_kibibytes(rollup)
    if "Pss_Anon" not in kibibytes:
        return None
    return (kibibytes["Pss_Anon"] + kibibytes.get("Pss_Shmem", 0)) * KIBIBYTE


def parse_memory_use(status: str) -> MemoryUse | None:
    """Read the text of /proc/PID/status; `None` for a process without memory (one that is ending)."""
    kibibytes = _read_kibibytes(status)
    if "VmHWM" not in kibibytes:
        return None
    charged = kibibytes.get("RssAnon", 0) + kibibytes.get("RssShmem", 0)
    return MemoryUse(charged * KIBIBYTE, kibibytes["VmHWM"] * KIBIBYTE, _read_threads(status))


def _read_kibibytes(text: str) -> dict[str, int]:
    kibibytes = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            kibibytes[name] = int(value.split()[0])
    return kibibytes


def _read_threads(status: str) -> int:
    for line in status.splitlines():
        if line.startswith("Threads:"):
            return int(line.split()[1])
    return 1
