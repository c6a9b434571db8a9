"""Error events in CloudWatch Logs."""

import json
import logging
import threading
from collections import deque
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.client import LogsClient
from emulator.firehose.clock import Clock
from emulator.firehose.configuration import Configuration, DeliveryStreamIdentity, S3Destination

LOG = logging.getLogger(__name__)

# Events that wait because CloudWatch Logs cannot be reached; older ones only reach our own log.
_MAXIMUM_WAITING = 1000


class ErrorLog:
    """Logs a delivery stream's errors, one event for each failed batch, if its settings say where.

    The log group and the log stream must exist, as on AWS; without them the events are in our own log only.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """

    def __init__(self, identity: DeliveryStreamIdentity, client: LogsClient, clock: Clock) -> None:
        self._identity = identity
        self._client = client
        self._clock = clock
        self._waiting: deque[tuple[str, str, dict[str, Any]]] = deque()
        self._lock = threading.Lock()

    def error(
        self,
        configuration: Configuration,
        error_code: str,
        message: str,
        *,
        destination: S3Destination | None = None,
        processor: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Log an error that concerns the destination (the stream's own, unless another one is given).

        The emulator's own log has the `detail` in place of the message.
        """
        function = f" ({processor})" if processor else ""
        LOG.warning("%s: %s: %s%s", self._identity.name, error_code, detail or message, function)
        destination = destination or configuration.destination
        where = destination.log_destination
        if where is None:
            return
        event = {
            "deliveryStreamARN": self._identity.arn,
            "destination": destination.bucket_arn,
            "deliveryStreamVersionId": configuration.version_id,
            "message": message,
            "errorCode": error_code,
        }
        if processor:
            event["processor"] = processor
        log_event = {"timestamp": round(self._clock.time() * 1000), "message": json.dumps(event)}
        with self._lock:
            self._waiting.append((where.log_group_name, where.log_stream_name, log_event))
            if len(self._waiting) > _MAXIMUM_WAITING:
                self._waiting.popleft()

    def publish(self) -> bool:
        """Send the events that wait; keeps them when CloudWatch Logs cannot be reached."""
        with self._lock:
            waiting, self._waiting = self._waiting, deque()
        places: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for log_group_name, log_stream_name, log_event in waiting:
            places.setdefault((log_group_name, log_stream_name), []).append(log_event)
        sent = True
        for (log_group_name, log_stream_name), log_events in places.items():
            sent = self._put(log_group_name, log_stream_name, log_events) and sent
        return sent

    def _put(self, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> bool:
        try:
            self._client.put_log_events(
                logGroupName=log_group_name, logStreamName=log_stream_name, logEvents=log_events
            )
        except ClientError as error:
            LOG.warning(
                "%s: error events do not reach log stream %s of log group %s: %s",
                self._identity.name,
                log_stream_name,
                log_group_name,
                error,
            )
        except BotoCoreError as error:
            LOG.warning("%s: error events are logged later: %s", self._identity.name, error)
            with self._lock:
                self._waiting.extendleft(
                    (log_group_name, log_stream_name, log_event) for log_event in reversed(log_events)
                )
            return False
        return True
