"""How much memory a runtime process uses, where the operating system tells (Linux)."""

from dataclasses import dataclass
from pathlib import Path

KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """`charged_bytes` is what a process cannot share or drop: the part that a memory limit is about."""

    charged_bytes: int
    peak_bytes: int


def read_memory_use(process_id: int) -> MemoryUse | None:
    """The memory of a process; `None` if it has ended or the platform has no /proc."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return None
    return parse_memory_use(status)


def parse_memory_use(status: str) -> MemoryUse | None:
    """Read the text of /proc/PID/status; `None` for a process without memory (one that is ending)."""
    kibibytes = {}
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            kibibytes[name] = int(value.split()[0])
    if "VmHWM" not in kibibytes:
        return None
    charged = kibibytes.get("RssAnon", 0) + kibibytes.get("RssShmem", 0)
    return MemoryUse(charged * KIBIBYTE, kibibytes["VmHWM"] * KIBIBYTE)
