"""The first code of a function's process: ties it to the emulator's life, limits it, and becomes the runtime.

Run as a script, by path, with the standard library alone: `launcher.py LIFELINE EPHEMERAL_STORAGE_BYTES HANDLER`.
LIFELINE is the read end of a pipe whose write end only the emulator holds; the pipe ends with the emulator, however
it ends. A function with `AWS_LAMBDA_EXEC_WRAPPER` becomes that program first, which is to run its arguments: the
launcher again.
"""

import fcntl
import importlib.util
import os
import resource
import select
import signal
import site
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

# Lambda's quota of file descriptors: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_OPEN_FILES = 1024
WRAPPED = "wrapped"
# A shell's exit statuses for a program that it cannot run or find.
NOT_EXECUTABLE = 126
NOT_FOUND = 127


def end_process_group() -> None:
    os.killpg(0, signal.SIGKILL)


def end_with(lifeline: int) -> None:
    """End the process group when the pipe ends, even if the function never gives up the interpreter's lock."""
    if sys.platform == "linux":
        # The kernel sends the signal, so no thread of ours shows up in the function.
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    else:
        threading.Thread(target=_await_end, args=(lifeline,), name="lifeline", daemon=True).start()
    # The emulator may have ended before the lines above.
    poll = select.poll()
    poll.register(lifeline, 0)
    if poll.poll(0):
        end_process_group()


def _await_end(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    end_process_group()


def limit_resources(ephemeral_storage_bytes: int) -> None:
    limits = {
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: ephemeral_storage_bytes,
    }
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))


def end_first() -> None:
    """Have the kernel end the function rather than the emulator when the machine's memory is used up."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        # The platform has no such thing, or does not let it be changed.
        return


def become_wrapper(wrapper: str) -> NoReturn:
    """Become the function's wrapper, or exit as the shell would that AWS starts it with.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    """
    command = [wrapper, sys.executable, "-P", "-s", *sys.argv, WRAPPED]
    try:
        os.execv(wrapper, command)
    except FileNotFoundError as error:
        status, reason = NOT_FOUND, error.strerror
    except OSError as error:
        status, reason = NOT_EXECUTABLE, error.strerror
    sys.stderr.write(f"AWS_LAMBDA_EXEC_WRAPPER {wrapper}: {reason}\n")
    sys.exit(status)


def follow_path_files(task_root: Path, layers: Path) -> None:
    """Read the .pth files of the function and its layers, as in a directory of site packages."""
    for path in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if any(Path(path).is_relative_to(directory) for directory in (task_root, layers)):
            site.addsitedir(path)


def load_sibling(name: str) -> Any:
    """Load a module beside this file without its name: a function may have modules of any name."""
    specification = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def main() -> None:
    lifeline, ephemeral_storage_bytes, handler = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    end_with(lifeline)
    if WRAPPED not in sys.argv[4:]:
        limit_resources(ephemeral_storage_bytes)
        end_first()
        load_sibling("isolation").isolate()
        if wrapper := os.environ.get("AWS_LAMBDA_EXEC_WRAPPER"):
            become_wrapper(wrapper)
    task_root = Path(os.environ["LAMBDA_TASK_ROOT"])
    layers = task_root.with_name("opt")
    load_sibling("source_paths").show_lambda_paths({str(task_root): "/var/task", str(layers): "/opt"})
    follow_path_files(task_root, layers)
    # The runtime frames its messages, so that one of many lines stays one event; same pipe, so the order holds.
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))
    sys.argv = [sys.argv[0], handler]

    from awslambdaric.__main__ import main as run_runtime

    run_runtime(sys.argv)


if __name__ == "__main__":
    main()
