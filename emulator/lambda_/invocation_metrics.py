"""CloudWatch metrics of the invocations, published by one thread for all functions."""

import logging
import threading
import time
from collections.abc import Callable

from emulator.metric import Metric, MetricBuffer

LOG = logging.getLogger(__name__)

NAMESPACE = "AWS/Lambda"
PUBLISH_SECONDS = 1.0


class InvocationMetrics:
    """Counts invocations, errors and durations, by function and over all functions of a region.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """

    def __init__(self, make_buffer: Callable[[str, str], MetricBuffer]) -> None:
        self._make_buffer = make_buffer
        self._buffers: dict[tuple[str, str], MetricBuffer] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Publish every second until `stop`."""
        self._thread = threading.Thread(target=self._run, name="lambda-metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(PUBLISH_SECONDS)

    def add(
        self, account_id: str, region: str, function_name: str, *, failed: bool, duration_seconds: float
    ) -> None:
        """Count one invocation that has ended."""
        with self._lock:
            buffer = self._buffers.get((account_id, region))
            if buffer is None:
                buffer = self._buffers[account_id, region] = self._make_buffer(account_id, region)
        values = (
            ("Invocations", "Count", 1.0),
            ("Errors", "Count", float(failed)),
            ("Duration", "Milliseconds", duration_seconds * 1000),
        )
        buffer.add(
            (Metric(name, unit, dimension), value)
            for dimension in (("FunctionName", function_name), None)
            for name, unit, value in values
        )

    def publish(self, now: float) -> None:
        """Send what has been gathered, as of `now` in epoch seconds."""
        with self._lock:
            buffers = list(self._buffers.values())
        for buffer in buffers:
            buffer.publish(now)

    def _run(self) -> None:
        while not self._stopping.wait(PUBLISH_SECONDS):
            try:
                self.publish(time.time())
            except Exception:
                LOG.exception("metrics of functions could not be published")
