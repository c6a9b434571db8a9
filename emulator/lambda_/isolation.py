"""Keeps a function from looking into other processes and from signalling them, where the system can do that (Linux).

Standard library alone: the launcher loads it by path.
"""

import ctypes
import errno
import os
import sys

# The numbers are the same on every architecture: include/uapi/asm-generic/unistd.h.
SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
ACCESS_FS_REFER = 1 << 13
SCOPE_SIGNAL = 1 << 1
# Version 1 would forbid every rename from one directory to another.
FIRST_VERSION = 2
FIRST_VERSION_WITH_SIGNALS = 6

PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522
# CAP_CHOWN, CAP_DAC_READ_SEARCH, CAP_FOWNER: a root user's own interpreter stays readable. Without CAP_DAC_OVERRIDE
# root writes to nothing that has no write permission.
FILE_CAPABILITIES = (0, 2, 3)
CAPABILITIES = range(64)

LIBC = ctypes.CDLL(None, use_errno=True)


class RulesetAttributes(ctypes.Structure):
    """The kernel's `struct landlock_ruleset_attr`."""

    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class PathBeneathAttributes(ctypes.Structure):
    """The kernel's `struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def isolate() -> bool:
    """Put this process, and all that it will start, into a domain of its own; whether the system can do that.

    A process in a domain reads the memory and the environment of no process outside it, whoever runs it; from
    version 6 of Landlock on it sends no signal out either. Files and the network stay as they are. In Lambda each
    environment is a virtual machine of its own, where the function is no privileged user.

    https://docs.kernel.org/userspace-api/landlock.html
    """
    if sys.platform != "linux":
        return False
    _call(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    drop_capabilities()
    version = landlock_version()
    if version < FIRST_VERSION:
        return False
    with_signals = version >= FIRST_VERSION_WITH_SIGNALS
    ruleset = _create_ruleset(with_signals)
    try:
        if not with_signals:
            _allow_moves_everywhere(ruleset)
        _call(LIBC.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return True


def landlock_version() -> int:
    """The version of Landlock's interface; 0 where there is none or it is forbidden."""
    if sys.platform != "linux":
        return 0
    version = LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), CREATE_RULESET_VERSION)
    return max(int(version), 0)


def missing_isolation(version: int) -> str | None:
    """What keeps a function from other processes with a version of Landlock's interface; `None` if all does."""
    if version >= FIRST_VERSION_WITH_SIGNALS:
        return None
    if version >= FIRST_VERSION:
        return "Functions can signal the emulator and one another: this system's Landlock does not keep signals back."
    return (
        "Functions can signal the emulator and one another, and read their memory and environments: "
        "this system has no Landlock, or the container engine forbids it."
    )


def drop_capabilities() -> None:
    """Give up what lets root look into other processes; any other user has no capabilities to give up.

    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    if os.geteuid() != 0:
        return
    for capability in CAPABILITIES:
        if capability in FILE_CAPABILITIES or LIBC.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1:
            continue
        # Without CAP_SETPCAP (a container that dropped it) the bounding set stays what the container made it.
        if LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 and ctypes.get_errno() != errno.EPERM:
            raise OSError(ctypes.get_errno(), "PR_CAPBSET_DROP")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted and inheritable, of the capabilities 0 to 31, then of those from 32 on.
    sets = (ctypes.c_uint32 * 6)()
    _call(LIBC.capget(header, sets))
    kept = sum(1 << capability for capability in FILE_CAPABILITIES)
    _call(LIBC.capset(header, (ctypes.c_uint32 * 6)(sets[0] & kept, sets[1] & kept)))


def _create_ruleset(with_signals: bool) -> int:
    # A ruleset has to handle something; before version 6 that is an access that is then allowed everywhere.
    attributes = (
        RulesetAttributes(0, 0, SCOPE_SIGNAL) if with_signals else RulesetAttributes(ACCESS_FS_REFER, 0, 0)
    )
    size = ctypes.sizeof(RulesetAttributes if with_signals else ctypes.c_uint64)
    return _call(
        LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    )


def _allow_moves_everywhere(ruleset: int) -> None:
    root = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        rule = PathBeneathAttributes(ACCESS_FS_REFER, root)
        _call(LIBC.syscall(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(root)


def _call(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
