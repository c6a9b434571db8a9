"""Server-side encryption of direct put: its states, and whether a customer's key can be used."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from botocore.exceptions import ClientError

from emulator.errors import ServiceError
from emulator.firehose.validation.refusal import invalid

_MAXIMUM_CALLS = 25
_CALLS_SECONDS = 24 * 3600.0
_KMS_ERRORS = {"NotFoundException": "KMS_KEY_NOT_FOUND", "AccessDeniedException": "KMS_ACCESS_DENIED"}


class KmsClient(Protocol):
    """Tells about keys."""

    def describe_key(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something that was begun did not succeed; the type is one of the API's."""

    failure_type: str
    details: str

    def description(self) -> dict[str, str]:
        """Return the FailureDescription."""
        return {"Type": self.failure_type, "Details": self.details}


@dataclass(frozen=True, slots=True)
class Key:
    """The key that records are encrypted with: one of AWS, or the customer's."""

    key_type: str = "AWS_OWNED_CMK"
    key_arn: str | None = None


@dataclass(slots=True)
class Encryption:
    """The state of a delivery stream's encryption; both calls return before their work is done.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
    """

    status: str = "DISABLED"
    key: Key | None = None
    failure: Failure | None = None
    active_key: Key | None = None
    _calls: deque[float] = field(default_factory=deque)

    @property
    def encrypts(self) -> bool:
        """Whether records are encrypted now."""
        return self.active_key is not None

    def begin(self, status: str, key: Key | None, delivery_stream_name: str, now: float) -> None:
        """Go to ENABLING with a key or to DISABLING without; `now` is monotonic.

        Raises:
            ServiceError: an earlier call is not done, or there were too many.
        """
        if self.status in ("ENABLING", "DISABLING"):
            raise ServiceError(
                "ResourceInUseException",
                f"Encryption of firehose: {delivery_stream_name} is in {self.status} status",
            )
        while self._calls and self._calls[0] <= now - _CALLS_SECONDS:
            self._calls.popleft()
        if len(self._calls) >= _MAXIMUM_CALLS:
            raise ServiceError(
                "LimitExceededException",
                f"Encryption of firehose: {delivery_stream_name} can be started or stopped {_MAXIMUM_CALLS} times "
                "in 24 hours",
            )
        self._calls.append(now)
        self.status, self.failure = status, None
        if key is not None:
            self.key = key

    def finish(self, failure: Failure | None = None) -> None:
        """End what was begun; when a change of keys fails, records stay encrypted with the old one."""
        if self.status == "DISABLING":
            self.status, self.key, self.active_key = "DISABLED", None, None
        elif failure is None:
            self.status, self.active_key = "ENABLED", self.key
        else:
            self.status, self.failure = "ENABLING_FAILED", failure
            self.key = self.active_key or self.key

    def description(self) -> dict[str, Any]:
        """Return the DeliveryStreamEncryptionConfiguration."""
        description: dict[str, Any] = {"Status": self.status}
        if self.key is not None:
            description["KeyType"] = self.key.key_type
            if self.key.key_arn is not None:
                description["KeyARN"] = self.key.key_arn
        if self.failure is not None:
            description["FailureDescription"] = self.failure.description()
        return description


def key_from(delivery_stream_type: str, wire: Mapping[str, Any] | None, region: str) -> Key:
    """Read a DeliveryStreamEncryptionConfigurationInput; without one, the key is AWS's.

    Raises:
        ServiceError: the delivery stream takes no encryption, or type and ARN do not go together.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamEncryptionConfigurationInput.html
    """
    check_encryptable(delivery_stream_type)
    key = Key()
    if wire is not None:
        key = replace(key, key_type=wire["KeyType"], key_arn=wire.get("KeyARN"))
    if key.key_type == "CUSTOMER_MANAGED_CMK":
        if key.key_arn is None:
            raise invalid("KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK")
        if key.key_arn.split(":")[3] != region:
            raise invalid(
                "Cross-region keys are not allowed for SSE. Please provide CMKs in the same region as firehose"
            )
    elif key.key_arn is not None:
        raise invalid("KeyARN cannot be specified when KeyType is AWS_OWNED_CMK")
    return key


def check_encryptable(delivery_stream_type: str) -> None:
    """Refuse encryption of what a data stream encrypts by itself.

    Raises:
        ServiceError: the delivery stream is not fed by direct put.
    """
    if delivery_stream_type != "DirectPut":
        raise invalid(
            "Server side encryption from firehose is only allowed for direct put delivery streams and database "
            "as a source delivery streams"
        )


def key_failure(kms: KmsClient, key: Key) -> Failure | None:
    """Tell why a key cannot be used, or return None when it can.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_FailureDescription.html
    """
    if key.key_arn is None:
        return None
    try:
        metadata = kms.describe_key(KeyId=key.key_arn)["KeyMetadata"]
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        return Failure(_KMS_ERRORS.get(code, "UNKNOWN_ERROR"), message or code)
    if metadata["KeyState"] == "Disabled":
        return Failure("DISABLED_KMS_KEY", f"{key.key_arn} is disabled.")
    if metadata["KeyState"] != "Enabled":
        return Failure("INVALID_KMS_KEY", f"{key.key_arn} is in the state {metadata['KeyState']}.")
    if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return Failure("INVALID_KMS_KEY", f"{key.key_arn} is not a symmetric key.")
    return None
