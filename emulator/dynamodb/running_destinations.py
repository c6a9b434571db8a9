"""The Kinesis destinations that have not sent their last change yet."""

import threading

from emulator.dynamodb.kinesis_destination import KinesisDestination


class RunningDestinations:
    """Knows every destination until its thread has ended: also one that was disabled, replaced, or outlived its table.

    A table's new destination waits for those before it that send to the same data stream, so that two never send at
    once and the changes of an item stay in order.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._destinations: list[KinesisDestination] = []

    def start(self, destination: KinesisDestination) -> None:
        """Let a destination send once its predecessors have ended."""
        with self._lock:
            predecessors = [other for other in self._destinations if other.route == destination.route]
            self._destinations.append(destination)
            destination.start(predecessors, on_end=self._forget)

    def stop(self) -> None:
        """End every destination after its request in flight."""
        with self._lock:
            destinations = list(self._destinations)
        for destination in destinations:
            destination.stop()
        for destination in destinations:
            destination.join()

    def _forget(self, destination: KinesisDestination) -> None:
        with self._lock:
            self._destinations.remove(destination)
            waiting = list(self._destinations)
        for other in waiting:
            other.wake()
