"""CloudWatch metrics of the calls that belong to no delivery stream."""

from emulator.firehose.client import CloudWatchClient
from emulator.firehose.clock import Clock
from emulator.firehose.metric import Metrics
from emulator.firehose.worker import Worker

_RETRY_SECONDS = 5.0


class ListingMetrics(Metrics):
    """Counts ListDeliveryStreams in one account and region, and publishes in a thread of its own.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """

    def __init__(self, client: CloudWatchClient, clock: Clock) -> None:
        super().__init__("ListDeliveryStreams", client, clock)
        self._worker = Worker("firehose-listing-metrics", self._run, clock)
        self._worker.start()

    def listed(self, latency_seconds: float) -> None:
        """Count one call and have it published soon."""
        self.requested("ListDeliveryStreams", latency_seconds)
        self._worker.wake()

    def stop(self, timeout_seconds: float) -> None:
        """End the thread and publish what is left."""
        self._worker.stop()
        self._worker.join(timeout_seconds)
        self.publish()

    def _run(self) -> float | None:
        return None if self.publish() else self._clock.monotonic() + _RETRY_SECONDS

    def _dimension_of(self, delivery_stream_name: str) -> tuple[str, str] | None:
        return None
