"""The observers of every pipe of an emulator, and the thread that publishes what they gather."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.metric import MetricBuffer
from emulator.pipes.clock import Clock
from emulator.pipes.concurrency import Concurrency
from emulator.pipes.log_delivery import LogDelivery
from emulator.pipes.pipe import Pipe
from emulator.pipes.pipe_observer import NAMESPACE, ObservedPipe, PipeObserver

LOG = logging.getLogger(__name__)

# AWS publishes metrics once a minute.
PUBLICATION_SECONDS = 2.0

# Account and region to a client by service name.
ClientsOf = Callable[[str, str], Callable[[str], Any]]


@dataclass(slots=True)
class _Place:
    """An account and region: what all its pipes share."""

    metrics: MetricBuffer
    concurrency: Concurrency = field(default_factory=Concurrency)


class Observation:
    """Gives each pipe its observer. Nothing is published, and no client is made, before something has happened."""

    def __init__(self, clients: ClientsOf, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock
        self._places: dict[tuple[str, str], _Place] = {}
        self._logs: dict[str, LogDelivery] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def observer(self, pipe: Pipe) -> PipeObserver:
        """Return the observer of a pipe as it is defined now; what a former one gathered is published too."""
        definition = pipe.definition
        with self._lock:
            place = self._places.get((pipe.account_id, pipe.region))
            if place is None:
                cloudwatch = self._clients(pipe.account_id, pipe.region)("cloudwatch")
                place = _Place(MetricBuffer(NAMESPACE, cloudwatch, f"pipes in {pipe.region}"))
                self._places[pipe.account_id, pipe.region] = place
            former = self._logs.pop(pipe.arn, None)
            log = self._log(pipe)
            if log is not None:
                self._logs[pipe.arn] = log
            self._start()
        if former is not None:
            former.publish()
        return PipeObserver(
            pipe=ObservedPipe(
                arn=pipe.arn,
                name=pipe.name,
                account_id=pipe.account_id,
                target_arn=definition.target_arn,
                enrichment_arn=definition.enrichment_arn,
            ),
            metrics=place.metrics,
            concurrency=place.concurrency,
            log=log,
            clock=self._clock,
        )

    def forget(self, pipe_arn: str) -> None:
        """Publish what is left of a pipe that was deleted."""
        with self._lock:
            log = self._logs.pop(pipe_arn, None)
        if log is not None:
            log.publish()

    def publish(self) -> None:
        """Publish what has been gathered."""
        with self._lock:
            places, logs = list(self._places.values()), list(self._logs.values())
        for place in places:
            place.metrics.publish(self._clock.now())
        for log in logs:
            log.publish()

    def close(self, timeout_seconds: float) -> None:
        """End the thread and publish what is left."""
        with self._lock:
            thread, self._thread = self._thread, None
        self._stopping.set()
        if thread is not None:
            thread.join(timeout_seconds)
            self.publish()

    def _log(self, pipe: Pipe) -> LogDelivery | None:
        configuration = pipe.definition.log_configuration
        if configuration is None or configuration.level == "OFF":
            return None
        return LogDelivery(
            pipe_name=pipe.name,
            account_id=pipe.account_id,
            region=pipe.region,
            configuration=configuration,
            clients=self._clients(pipe.account_id, pipe.region),
        )

    def _start(self) -> None:
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="pipes-observation", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stopping.wait(PUBLICATION_SECONDS):
            try:
                self.publish()
            except Exception:
                LOG.exception("pipes: metrics and log records are published later")
