"""The part of creation, deletion and encryption that goes on after the call was answered."""

import threading
from collections.abc import Callable, Sequence

from emulator.firehose.clock import Clock
from emulator.firehose.encryption import Failure, Key, KmsClient, key_failure
from emulator.firehose.resource import DeliveryStreamResource

# Within these, stopping the emulator and deleting a delivery stream must be done.
_STOP_SECONDS = 4.0
_DELETE_SECONDS = 10.0


def create(resource: DeliveryStreamResource, kms: KmsClient) -> None:
    """Take a new delivery stream to ACTIVE, or to CREATING_FAILED when its key cannot be used."""

    def activate() -> None:
        key = resource.encryption.key
        resource.activate(key_failure(kms, key) if key is not None else None)

    _begin(f"firehose-{resource.name}-create", activate)


def delete(resource: DeliveryStreamResource, clock: Clock, forget: Callable[[], None]) -> None:
    """Stop a delivery stream, discard what it holds and forget it."""

    def discard() -> None:
        resource.delivery_stream.discard(clock.monotonic() + _DELETE_SECONDS)
        forget()

    _begin(f"firehose-{resource.name}-delete", discard)


def change_encryption(resource: DeliveryStreamResource, key: Key | None, kms: KmsClient) -> None:
    """Finish what was begun: with a key, enable encryption if it can be used; without one, disable it."""

    def finish() -> None:
        failure: Failure | None = key_failure(kms, key) if key is not None else None
        with resource.lock:
            resource.encryption.finish(failure)

    _begin(f"firehose-{resource.name}-encryption", finish)


def stop(resources: Sequence[DeliveryStreamResource], clock: Clock) -> None:
    """Drain and stop delivery streams, all at the same time."""
    deadline = clock.monotonic() + _STOP_SECONDS
    threads = [
        threading.Thread(
            target=each.delivery_stream.stop,
            args=(deadline,),
            name=f"firehose-{each.name}-stop",
            daemon=True,
        )
        for each in resources
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(deadline - clock.monotonic(), 0.0) + 0.5)


def _begin(name: str, target: Callable[[], None]) -> None:
    threading.Thread(target=target, name=name, daemon=True).start()
