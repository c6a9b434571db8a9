"""Crawls a bucket: what it has seen before and has not changed is not read again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from .body import WHOLE_BYTES
from .catalog import Catalog, Changes, Problem
from .connection import CONNECTIONS
from .connection import s3_client as new_s3_client
from .copies import Copies
from .errors import LakeError
from .examination import Examiner
from .finding import Crawled
from .known import ERRORS_PREFIX
from .listing import StoredObject, list_objects
from .state import load_state, save_state
from .tabling import tables_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Crawler:
    """Finds the tables of a bucket.

    Objects of up to `whole_bytes` are read whole, of larger ones the beginning and the end are. With `state`, the path
    of a JSON file, a crawler of another process goes on where this one ended; `state` with `.copies` at its end is
    the folder of the copies then.
    """

    def __init__(
        self,
        bucket_name: str,
        s3_client: "S3Client | None" = None,
        state: str | Path | None = None,
        error_prefix: str = ERRORS_PREFIX,
        whole_bytes: int = WHOLE_BYTES,
    ) -> None:
        self._bucket_name = bucket_name
        self._client = s3_client or new_s3_client()
        self._owns_client = s3_client is None
        self._state_path = None if state is None else Path(state)
        self._error_prefix = error_prefix
        self._copies = Copies(None if state is None else Path(f"{state}.copies").resolve())
        self._examiner = Examiner(self._client, bucket_name, self._copies, whole_bytes)
        self._crawled: dict[str, Crawled] = {}
        if self._state_path is not None:
            self._crawled = load_state(self._state_path, bucket_name)
        self._catalog: Catalog | None = None

    def crawl(self) -> Catalog:
        """List the bucket, read what is new or changed, and return all that is known of it.

        1. An object with the key, size and ETag it had is not read again.
        2. The others are read, several at a time; what vanishes meanwhile is a problem until the next crawl.
        3. What vanished is forgotten.
        4. The state is saved, before anybody builds on it.

        Raises:
            LakeError: S3 does not answer, or the bucket does not exist.
        """
        now = datetime.now(UTC)
        listed = {stored.key: stored for stored in list_objects(self._client, self._bucket_name)}
        changes = self._changes(listed)
        unread = [stored for stored in listed.values() if not self._is_known(stored)]
        if self._catalog is not None and not changes and not unread:
            self._catalog = replace(self._catalog, changes_since_last=changes, crawled_at=now)
            return self._catalog
        found = self._examine(unread)
        for key in changes.vanished:
            self._copies.remove(key)
        known = {key: item for key, item in self._crawled.items() if key in listed}
        self._crawled = {
            key: crawled for key in listed if (crawled := found.get(key) or known.get(key)) is not None
        }
        lost = [stored.key for stored in unread if stored.key not in found]
        for key in lost:
            self._crawled.pop(key, None)
        if self._state_path is not None:
            save_state(self._state_path, self._bucket_name, self._crawled.values())
        self._catalog = self._new_catalog(changes, lost, now)
        return self._catalog

    def close(self) -> None:
        """Close the connections to S3, unless they were given."""
        if self._owns_client:
            self._client.close()

    def _changes(self, listed: dict[str, StoredObject]) -> Changes:
        known = self._crawled
        return Changes(
            new=tuple(key for key in listed if key not in known),
            changed=tuple(
                key
                for key, stored in listed.items()
                if key in known and not stored.is_same(known[key].stored)
            ),
            vanished=tuple(key for key in known if key not in listed),
        )

    def _is_known(self, stored: StoredObject) -> bool:
        crawled = self._crawled.get(stored.key)
        if crawled is None or not stored.is_same(crawled.stored):
            return False
        # Whoever cleans up temporary files may have removed the copy.
        return not crawled.finding.is_copied or self._copies.has(stored.key)

    def _examine(self, unread: Iterable[StoredObject]) -> dict[str, Crawled]:
        pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="lake-s3")
        try:
            unread = list(unread)
            findings = list(pool.map(self._examiner.examine, unread))
        except BotoCoreError as error:
            raise LakeError(f"S3 stopped answering: {error}. Is the sandbox up (`make up`)?") from error
        finally:
            pool.shutdown(cancel_futures=True)
        return {
            stored.key: Crawled(stored, finding)
            for stored, finding in zip(unread, findings, strict=True)
            if finding is not None
        }

    def _new_catalog(self, changes: Changes, lost: list[str], now: datetime) -> Catalog:
        tables, problems = tables_of(
            self._bucket_name, list(self._crawled.values()), self._copies, self._error_prefix
        )
        problems += [Problem(key, "changed or vanished while it was crawled") for key in lost]
        return Catalog(
            self._bucket_name,
            tuple(tables),
            tuple(sorted(problems, key=lambda problem: problem.key)),
            changes,
            now,
        )
