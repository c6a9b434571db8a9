"""The delivery streams of every account and region."""

import threading

from emulator.errors import ServiceError
from emulator.firehose.resource import DeliveryStreamResource

MAXIMUM_DELIVERY_STREAMS = 5_000


class DeliveryStreams:
    """Finds delivery streams by name; safe for threads.

    https://docs.aws.amazon.com/firehose/latest/dev/limits.html
    """

    def __init__(self, maximum: int = MAXIMUM_DELIVERY_STREAMS) -> None:
        """Take how many delivery streams an account may have in a region."""
        self._maximum = maximum
        self._resources: dict[tuple[str, str], dict[str, DeliveryStreamResource]] = {}
        self._lock = threading.Lock()

    def add(self, resource: DeliveryStreamResource) -> None:
        """Add a new delivery stream.

        Raises:
            ServiceError: there is one of this name, or there are too many.
        """
        with self._lock:
            resources = self._resources.setdefault((resource.account_id, resource.region), {})
            if resource.name in resources:
                raise ServiceError(
                    "ResourceInUseException",
                    f"Firehose {resource.name} under accountId {resource.account_id} already exists",
                )
            if len(resources) >= self._maximum:
                raise ServiceError(
                    "LimitExceededException",
                    f"You have already consumed your firehose quota of {self._maximum} hoses. Firehose names: "
                    f"[{', '.join(resources)}]",
                )
            resources[resource.name] = resource

    def find(self, account_id: str, region: str, name: str) -> DeliveryStreamResource:
        """Return a delivery stream.

        Raises:
            ServiceError: there is none of this name.
        """
        resource = self.get(account_id, region, name)
        if resource is None:
            raise ServiceError(
                "ResourceNotFoundException", f"Firehose {name} under account {account_id} not found."
            )
        return resource

    def get(self, account_id: str, region: str, name: str) -> DeliveryStreamResource | None:
        """Return a delivery stream, or None."""
        with self._lock:
            return self._resources.get((account_id, region), {}).get(name)

    def names(self, account_id: str, region: str, delivery_stream_type: str | None) -> list[str]:
        """Return the names of the delivery streams of a type, or of every type."""
        with self._lock:
            resources = list(self._resources.get((account_id, region), {}).values())
        return [each.name for each in resources if delivery_stream_type in (None, each.delivery_stream_type)]

    def remove(self, resource: DeliveryStreamResource) -> None:
        """Forget a delivery stream, whose name is free from then on."""
        with self._lock:
            self._resources.get((resource.account_id, resource.region), {}).pop(resource.name, None)

    def take_all(self) -> list[DeliveryStreamResource]:
        """Forget every delivery stream and return them."""
        with self._lock:
            taken = [each for region in self._resources.values() for each in region.values()]
            self._resources.clear()
        return taken
