"""Deletes the items whose time to live has passed, in the background."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any

from emulator.errors import ServiceError

LOG = logging.getLogger(__name__)

SWEEP_INTERVAL_SECONDS = 5.0
# An item that expired longer ago than this is taken for a mistake and stays.
MAXIMUM_AGE_SECONDS = 5 * 365 * 24 * 3600
SERVICE_IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
_ITEMS_AT_ONCE = 500


def update(setting: dict[str, str], specification: Mapping[str, Any], table_name: str) -> None:
    """Change a table's time to live setting, which takes effect at once.

    AWS takes up to an hour, and refuses another change meanwhile.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html

    Raises:
        ServiceError: it is already so, or another attribute is in use.
    """
    enabled, name = bool(specification["Enabled"]), specification["AttributeName"]
    current = setting.get("AttributeName") if setting["TimeToLiveStatus"] == "ENABLED" else None
    if current is None and not enabled:
        raise ServiceError("ValidationException", "TimeToLive is already disabled")
    if current is not None and current != name:
        raise ServiceError(
            "ValidationException",
            f"TimeToLive is active on a different AttributeName: current AttributeName is {current}",
        )
    if current is not None and enabled:
        raise ServiceError("ValidationException", "TimeToLive is already enabled")
    setting.clear()
    setting["TimeToLiveStatus"] = "ENABLED" if enabled else "DISABLED"
    if enabled:
        setting["AttributeName"] = name
    LOG.info("%s: time to live is %s", table_name, setting["TimeToLiveStatus"])


def sweep(find_tables: Callable[[], Iterable[Any]], lock: AbstractContextManager[Any], now: float) -> None:
    """Delete the expired items of moto's tables; their streams say that the service did it.

    The lock is held while a table's items are listed, and again while a few hundred of the expired ones are deleted:
    requests are served meanwhile, and an item that was renewed in between stays.
    """
    for table in find_tables():
        with lock:
            setting = dict(table.ttl)
            items = _items(table) if setting["TimeToLiveStatus"] == "ENABLED" else []
        expired = _expired(items, setting["AttributeName"], now) if items else []
        deleted = 0
        for start in range(0, len(expired), _ITEMS_AT_ONCE):
            with lock:
                # A transaction that failed has put copies in the place of all tables.
                if table.ttl != setting or not any(current is table for current in find_tables()):
                    break
                deleted += sum(
                    _delete_expired(table, item, setting["AttributeName"], now)
                    for item in expired[start : start + _ITEMS_AT_ONCE]
                )
        if deleted:
            LOG.info("%s: %d expired items deleted", table.name, deleted)


def _items(table: Any) -> list[Any]:
    entries = table.items.values()
    return list(chain.from_iterable(entry.values() for entry in entries) if table.has_range_key else entries)


def _expired(items: Iterable[Any], attribute_name: str, now: float) -> list[Any]:
    """Return the items whose attribute is a moment that has passed within the last five years.

    Most items of a large table have not expired: they cost a look-up and a comparison.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
    """
    oldest = now - MAXIMUM_AGE_SECONDS
    expired = []
    for item in items:
        attribute = item.attrs.get(attribute_name)
        if attribute is None or attribute.type != "N":
            continue
        if oldest <= float(attribute.value) < now:
            expired.append(item)
    return expired


def _delete_expired(table: Any, item: Any, attribute_name: str, now: float) -> bool:
    current = table.get_item(item.hash_key, item.range_key)
    if current is None or not _expired([current], attribute_name, now):
        return False
    # moto would record a deletion by a caller.
    stream, table.stream_shard = table.stream_shard, None
    try:
        table.delete_item(item.hash_key, item.range_key)
    finally:
        table.stream_shard = stream
    if stream is not None:
        stream.record(current.to_json()["Attributes"], None, SERVICE_IDENTITY)
    return True


class TimeToLiveWorker:
    """Sweeps on a thread of its own until it is stopped."""

    def __init__(
        self,
        tables: Callable[[], Iterable[Any]],
        lock: AbstractContextManager[Any],
        clock: Callable[[], float] = time.time,
        interval_seconds: float = SWEEP_INTERVAL_SECONDS,
    ) -> None:
        self._tables = tables
        self._lock = lock
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dynamodb-time-to-live", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self) -> None:
        """End after the sweep in progress."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval_seconds):
            try:
                sweep(self._tables, self._lock, self._clock())
            except Exception:
                LOG.exception("Time to live: the sweep failed and is tried again")
