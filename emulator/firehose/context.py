"""What every stage of a delivery stream works with."""

from dataclasses import dataclass

from emulator.firehose.client import Clients
from emulator.firehose.clock import Clock
from emulator.firehose.configuration import DeliveryStreamIdentity
from emulator.firehose.error_log import ErrorLog
from emulator.firehose.metric import Metrics


@dataclass(frozen=True, slots=True)
class Context:
    """One delivery stream's identity, clients, clock, metrics and error log."""

    identity: DeliveryStreamIdentity
    clients: Clients
    clock: Clock
    metrics: Metrics
    error_log: ErrorLog
