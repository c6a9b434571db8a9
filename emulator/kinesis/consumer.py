"""Registered consumers of a data stream: the readers of enhanced fan-out."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from emulator.errors import ServiceError

MAXIMUM_CONSUMERS = 20
DEFAULT_RESULTS = 100


@dataclass(slots=True)
class Consumer:
    """A consumer of one data stream, told from a namesake by its creation time."""

    consumer_name: str
    stream_arn: str
    created_at: float
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def consumer_arn(self) -> str:
        """The ARN, which ends in the epoch second of the creation."""
        return f"{self.stream_arn}/consumer/{self.consumer_name}:{int(self.created_at)}"

    def to_json(self, status: str = "ACTIVE") -> dict[str, Any]:
        """Return the consumer as RegisterStreamConsumer and ListStreamConsumers print it."""
        return {
            "ConsumerName": self.consumer_name,
            "ConsumerARN": self.consumer_arn,
            "ConsumerStatus": status,
            "ConsumerCreationTimestamp": datetime.fromtimestamp(self.created_at, UTC),
        }


class ConsumedStream(Protocol):
    """What is read of a data stream that has consumers."""

    @property
    def arn(self) -> str:
        """ARN of the stream."""

    @property
    def stream_name(self) -> str:
        """Name of the stream."""

    @property
    def account_id(self) -> str:
        """Account that owns it."""

    @property
    def consumers(self) -> list[Consumer]:
        """Its consumers, oldest first."""


def register(
    stream: ConsumedStream, consumer_name: str, now: float, tags: Mapping[str, str] | None = None
) -> Consumer:
    """Add a consumer to a stream.

    Raises:
        ServiceError: the name is taken or the stream has as many consumers as it may have.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
    """
    if any(consumer.consumer_name == consumer_name for consumer in stream.consumers):
        raise ServiceError(
            "ResourceInUseException",
            f"Consumer {consumer_name} of stream {stream.stream_name} under account {stream.account_id} "
            "already exists.",
        )
    if len(stream.consumers) >= MAXIMUM_CONSUMERS:
        raise ServiceError(
            "LimitExceededException",
            f"Stream {stream.stream_name} under account {stream.account_id} has {MAXIMUM_CONSUMERS} consumers "
            "already: deregister one first.",
        )
    consumer = Consumer(consumer_name, stream.arn, now, dict(tags or {}))
    stream.consumers.append(consumer)
    return consumer


def find_consumer(stream: ConsumedStream, consumer_name: str | None, consumer_arn: str | None) -> Consumer:
    """Return a consumer by its name, its ARN or both.

    Raises:
        ServiceError: the stream has no such consumer.
    """
    for consumer in stream.consumers:
        if consumer_name in (None, consumer.consumer_name) and consumer_arn in (None, consumer.consumer_arn):
            return consumer
    raise ServiceError(
        "ResourceNotFoundException",
        f"Consumer {consumer_arn or consumer_name}, account {stream.account_id} not found.",
    )


def consumed_stream_arn(stream_arn: str | None, consumer_name: str | None, consumer_arn: str | None) -> str:
    """Return the ARN of the stream whose consumer a request means.

    Raises:
        ServiceError: the consumer is named neither by its ARN nor by its name and its stream's ARN.
    """
    if consumer_arn:
        return stream_arn or stream_arn_of(consumer_arn)
    if not stream_arn or not consumer_name:
        raise ServiceError(
            "InvalidArgumentException",
            "Either ConsumerARN or both StreamARN and ConsumerName should be provided.",
        )
    return stream_arn


def stream_arn_of(consumer_arn: str) -> str:
    """Return the ARN of the stream that a consumer's ARN begins with.

    Raises:
        ServiceError: it is not the ARN of a consumer.
    """
    stream_arn, separator, consumer = consumer_arn.partition("/consumer/")
    if not separator or not consumer:
        raise ServiceError(
            "InvalidArgumentException", f"ConsumerARN {consumer_arn} is not the ARN of a stream consumer."
        )
    return stream_arn


def list_consumers(
    stream: ConsumedStream, token: str | None = None, maximum_results: int | None = None
) -> tuple[list[Consumer], str | None]:
    """Return one page of a stream's consumers and the token of the next page, if there is one.

    Raises:
        ServiceError: the token was not given out by this operation.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html
    """
    consumers = sorted(stream.consumers, key=lambda consumer: consumer.consumer_name)
    if token:
        try:
            last = base64.b64decode(token, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ServiceError("InvalidArgumentException", "Invalid NextToken.") from error
        consumers = [consumer for consumer in consumers if consumer.consumer_name > last]
    page = consumers[: maximum_results or DEFAULT_RESULTS]
    if len(page) == len(consumers):
        return page, None
    return page, base64.b64encode(page[-1].consumer_name.encode()).decode()
