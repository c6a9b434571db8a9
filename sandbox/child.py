"""Becomes one process of host mode: `python -m sandbox.child NAME ARGUMENT...` runs this Python with the arguments.

It notes its process id for `make down`, and on Linux asks to be stopped when the process manager dies, so that a
killed process manager leaves nothing behind.
"""

import ctypes
import json
import os
import signal
import sys

from sandbox.layout import layout
from sandbox.state import write_private

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    name, *rest = arguments
    command = [sys.executable, *rest]
    parent = os.getppid()
    if sys.platform == "linux":
        # The request outlives the exec below; a parent that died before it is seen by its changed id.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the process manager is gone")
    note = {"pid": os.getpid(), "command": command}
    write_private(layout(os.environ).processes / f"{name}.json", json.dumps(note) + "\n")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
