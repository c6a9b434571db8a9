"""Reads how the pipeline is: the accounting of `make verify`, again and again."""

from dataclasses import dataclass
from datetime import datetime

import boto3

from verify.accounting import account
from verify.accounts import Outcome
from verify.chain import describe_delivery_stream
from verify.inspection import CLIENT_CONFIG, Inspection
from verify.report import Report


@dataclass(frozen=True, slots=True)
class Health:
    """The pipeline at one time; `counts` are those of `make verify`, by its names for the hops."""

    read_at: datetime
    counts: dict[str, int]
    newest_order: datetime | None
    oldest_pending: datetime | None
    pipe_state: str
    delivery_stream_status: str


class HealthReader:
    """Holds what was read of each hop, so that the next reading begins there."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._firehose = session.client("firehose", config=CLIENT_CONFIG)
        self._inspection: Inspection | None = None
        self._missing_before: set[str] = set()

    def read(self) -> Health:
        """Return how the pipeline is now.

        Raises:
            VerifyError: a resource is missing.
        """
        # After a failure the next reading begins anew: a sandbox that came back has other streams.
        inspection, self._inspection = self._inspection or Inspection(self._session), None
        now = inspection.collect()
        accounts = account(inspection.evidence, now)
        status = describe_delivery_stream(self._firehose)["DeliveryStreamStatus"]
        self._inspection = inspection

        # The hops are read one after another: what moved on between two readings is missing in one of them only.
        missing = set(accounts.having(Outcome.MISSING))
        for event_id in missing - self._missing_before:
            accounts.outcomes[event_id] = Outcome.PENDING
        self._missing_before = missing

        pending = set(accounts.having(Outcome.PENDING))
        changes = inspection.evidence.changes
        return Health(
            read_at=now,
            counts=Report(inspection.evidence, accounts, now).counts(),
            newest_order=max((change.created_at for change in changes), default=None),
            oldest_pending=min(
                (change.created_at for change in changes if change.event_id in pending), default=None
            ),
            pipe_state=inspection.evidence.chain.pipe_state,
            delivery_stream_status=status,
        )
