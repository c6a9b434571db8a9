"""Waits, telling what for, until the first order has travelled the whole chain; standard library only."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.errors import SandboxError
from sandbox.health import delivered_objects, is_healthy, notebooks_answer
from sandbox.runner import Part, duration
from sandbox.settings import Settings

BUCKET = "product-sales"
ORDERS_PREFIX = "orders/"
ERRORS_PREFIX = "errors/"

POLL_SECONDS = 0.5
PROGRESS_SECONDS = 5.0
# What starting and setting up may take on a slow machine, besides what the settings ask for.
START_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing to wait for."""

    name: str
    is_reached: Callable[[Sequence[Part]], bool]


def stages(settings: Settings) -> tuple[Stage, ...]:
    """Return what happens between the start of the parts and the first delivered order, in order."""
    port = settings.localstack_port
    return (
        Stage("localstack to answer", lambda parts: is_healthy(port)),
        Stage("bootstrap to create the resources", lambda parts: _state(parts, "bootstrap") == "done"),
        Stage("the generator to start", lambda parts: _state(parts, "generator") in ("running", "done")),
        Stage("notebooks to answer", lambda parts: notebooks_answer(settings.notebooks_port)),
        Stage(
            f"the first object in s3://{BUCKET}/{ORDERS_PREFIX} "
            f"(the two buffers hold an order for up to {buffer_seconds(settings)} s)",
            lambda parts: is_delivered(port),
        ),
    )


def buffer_seconds(settings: Settings) -> int:
    return settings.transform_buffer_interval_seconds + settings.s3_buffer_interval_seconds


def is_delivered(port: int) -> bool:
    """Tell whether Firehose has written an object; one below the error prefix ends the wait, too."""
    return any(delivered_objects(port, BUCKET, prefix, limit=1) for prefix in (ORDERS_PREFIX, ERRORS_PREFIX))


def timeout_seconds(settings: Settings) -> float:
    interval = settings.order_interval_seconds if settings.order_rate is None else 1 / settings.order_rate
    return START_SECONDS + buffer_seconds(settings) + interval


def wait_for_first_delivery(
    settings: Settings,
    parts: Callable[[], Sequence[Part]],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return when the first order has been delivered.

    Raises:
        SandboxError: a part failed for good, was stopped meanwhile, or it took too long.
    """
    started = told = clock()
    deadline = started + timeout_seconds(settings)
    for stage in stages(settings):
        is_told = False
        while True:
            current = parts()
            if not current:
                raise SandboxError("the sandbox was stopped while it was starting")
            if stage.is_reached(current):
                break
            now = clock()
            if not is_told or now - told >= PROGRESS_SECONDS:
                print(f"  {now - started:3.0f} s  waiting for {stage.name}{_trouble(current)}", flush=True)
                is_told, told = True, now
            if now >= deadline:
                raise SandboxError(
                    f"waited {duration(now - started)} for {stage.name}{_trouble(current)}; what runs was left "
                    "running: `make status` and `make logs` show what is wrong, `make verify` where the orders "
                    "are, `make down` stops it"
                )
            sleep(POLL_SECONDS)


def _state(parts: Sequence[Part], name: str) -> str | None:
    return next((part.state for part in parts if part.name == name), None)


def _trouble(parts: Sequence[Part]) -> str:
    failed = [f"{part.name} failed: {part.since}" for part in parts if part.state == "failed"]
    return f" ({', '.join(failed)})" if failed else ""
