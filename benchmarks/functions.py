"""Lambda functions: what an invocation costs beside the gateway, a cold start, many at once, and what a soak leaves."""

import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.measurement import own_emulator, resident_mebibytes, row, timed
from tests.integration.lambda_functions import Function
from tests.polling import poll_until

WARM_CALLS = 300
COLD_STARTS = 10
TOGETHER = 50
SOAK_CALLS = 3_000
SOAK_CALLERS = 8
NAME = "bench"
ECHO = "def handler(event, context):\n    return event\n"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(1)\n    return context.log_stream_name\n"


def run() -> None:
    """Measure an echo function through the API, then invoke it for a while and look at what stays."""
    with own_emulator() as emulator:
        process_id = emulator.process.pid
        client = boto3.client("lambda", config=Config(max_pool_connections=TOGETHER, read_timeout=120))
        # The service starts with its first call, and so does a process of its own.
        client.list_functions()
        idle = child_count(process_id)
        echo = Function(client, NAME, ECHO)
        measure_warm(client, echo)
        measure_cold(echo)
        measure_together(client)
        soak(echo, process_id, idle)


def measure_warm(client: Any, echo: Function) -> None:
    """Compare a warm invocation with a call that only reads."""
    invoke = milliseconds(echo.invoke, WARM_CALLS)
    read = milliseconds(lambda: client.get_function_configuration(FunctionName=NAME), WARM_CALLS)
    row("warm Invoke, median", f"{invoke:.1f} ms")
    row("GetFunctionConfiguration, median", f"{read:.1f} ms")
    row("of a warm Invoke beside the gateway's cost", f"{invoke - read:.1f} ms")


def measure_cold(echo: Function) -> None:
    """Time the first invocation after the code was replaced, again and again."""

    def replace_and_time(number: int) -> float:
        echo.update(f"{ECHO}# {number}\n")
        return timed(echo.invoke)

    median = statistics.median(replace_and_time(number) for number in range(COLD_STARTS))
    row("cold Invoke, median", f"{median * 1000:.0f} ms")


def measure_together(client: Any) -> None:
    """Invoke a function that takes a second, many times at once: cold, then in the environments there are."""
    slow = Function(client, f"{NAME}-slow", SLOW, Timeout=60)
    for what in ("cold", "again"):
        environments: list[str] = []
        seconds = timed(lambda: environments.extend(invoke_together(slow)))  # noqa: B023 - called at once
        row(f"{TOGETHER} calls of 1 s at once, {what}", f"{seconds:.1f} s")
        row("environments they ran in", f"{len(set(environments))}")


def invoke_together(function: Function) -> list[str]:
    """Return what as many concurrent invocations answer."""
    with ThreadPoolExecutor(TOGETHER) as callers:
        return list(callers.map(lambda _: str(function.invoke().payload), range(TOGETHER)))


def soak(echo: Function, process_id: int, idle: int) -> None:
    """Invoke for a while and tell what the emulator has gained."""
    memory, processes = resident_mebibytes(process_id), child_count(process_id) - idle
    with ThreadPoolExecutor(SOAK_CALLERS) as callers:
        seconds = timed(lambda: list(callers.map(echo.invoke, range(SOAK_CALLS))))
    row(f"{SOAK_CALLS:,} invocations by {SOAK_CALLERS} callers", f"{SOAK_CALLS / seconds:,.0f} calls/s")
    row("memory gained by them", f"{resident_mebibytes(process_id) - memory} MiB")
    row("functions' processes before and after", f"{processes}, {child_count(process_id) - idle}")
    boto3.client("lambda").delete_function(FunctionName=NAME)
    boto3.client("lambda").delete_function(FunctionName=f"{NAME}-slow")
    poll_until("the functions' processes to end", lambda: child_count(process_id) == idle)
    row("functions' processes after the functions are deleted", f"{child_count(process_id) - idle}")


def milliseconds(action: Callable[[], Any], times: int) -> float:
    """Return the median of many calls, after some that warm up."""
    for _ in range(times // 10):
        action()
    return statistics.median(timed(action) for _ in range(times)) * 1000


def child_count(process_id: int) -> int:
    """Return how many processes have this parent; 0 where /proc is missing."""
    count = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            count += stat.read_text().rpartition(")")[2].split()[1] == str(process_id)
        except OSError:
            continue
    return count
