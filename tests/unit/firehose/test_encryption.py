"""Server-side encryption of direct put: its states and the customer's keys.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
"""

from dataclasses import dataclass
from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.encryption import Encryption, Failure, Key, check_encryptable, key_failure, key_from
from tests.unit.firehose.fakes import client_error

KEY_ARN = "arn:aws:kms:eu-north-1:000000000000:key/8a4f0c3e-0000-4000-8000-000000000000"
OTHER_ARN = KEY_ARN.replace("8a4f", "8a50")
REGION = "eu-north-1"
CUSTOMER = "CUSTOMER_MANAGED_CMK"
NOT_FOUND = Failure("KMS_KEY_NOT_FOUND", "NotFoundException happened")


@dataclass
class FakeKms:
    """Describes one key, or raises."""

    metadata: dict[str, Any] | None = None
    error: Exception | None = None

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        assert KeyId == KEY_ARN
        if self.error is not None:
            raise self.error
        return {"KeyMetadata": self.metadata}


def begun(encryption: Encryption, status: str, key: Key | None = None, now: float = 0.0) -> Encryption:
    encryption.begin(status, key, "deliveries", now)
    return encryption


def test_encryption_is_enabled_and_disabled_by_way_of_states_that_can_be_seen() -> None:
    # GIVEN a delivery stream without encryption
    encryption = Encryption()
    assert (encryption.description(), encryption.encrypts) == ({"Status": "DISABLED"}, False)

    # WHEN it is enabled, THEN records are encrypted only when that is done
    begun(encryption, "ENABLING", Key(CUSTOMER, KEY_ARN))
    described = {"KeyType": CUSTOMER, "KeyARN": KEY_ARN}
    assert (encryption.description(), encryption.encrypts) == (described | {"Status": "ENABLING"}, False)
    encryption.finish()
    assert (encryption.description(), encryption.encrypts) == (described | {"Status": "ENABLED"}, True)

    # WHEN it is disabled, THEN they are until that is done
    begun(encryption, "DISABLING")
    assert (encryption.description(), encryption.encrypts) == (described | {"Status": "DISABLING"}, True)
    encryption.finish()
    assert (encryption.description(), encryption.encrypts) == ({"Status": "DISABLED"}, False)


def test_key_that_cannot_be_used_is_told() -> None:
    # WHEN encryption cannot be enabled
    encryption = begun(Encryption(), "ENABLING", Key(CUSTOMER, KEY_ARN))
    encryption.finish(NOT_FOUND)

    # THEN the description says why, and nothing is encrypted
    assert not encryption.encrypts
    assert encryption.description() == {
        "KeyType": CUSTOMER,
        "KeyARN": KEY_ARN,
        "Status": "ENABLING_FAILED",
        "FailureDescription": {"Type": "KMS_KEY_NOT_FOUND", "Details": "NotFoundException happened"},
    }


def test_old_key_stays_when_a_new_one_cannot_be_used() -> None:
    # GIVEN encryption with a key
    encryption = begun(Encryption(), "ENABLING", Key(CUSTOMER, KEY_ARN))
    encryption.finish()

    # WHEN another one fails
    begun(encryption, "ENABLING", Key(CUSTOMER, OTHER_ARN))
    encryption.finish(NOT_FOUND)

    # THEN records are encrypted with the first
    assert (encryption.encrypts, encryption.status) == (True, "ENABLING_FAILED")
    assert encryption.description()["KeyARN"] == KEY_ARN

    # WHEN one that can be used follows, THEN the failure is forgotten
    begun(encryption, "ENABLING", Key())
    encryption.finish()
    assert encryption.description() == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}


@pytest.mark.parametrize("status", ["ENABLING", "DISABLING"])
def test_call_while_another_is_under_way_is_refused(status: str) -> None:
    encryption = begun(Encryption(), status)

    with pytest.raises(ServiceError) as caught:
        begun(encryption, "ENABLING", Key())
    assert caught.value.code == "ResourceInUseException"


def test_twenty_five_calls_are_taken_in_a_day() -> None:
    # GIVEN as many calls as a day allows
    encryption = Encryption()
    for number in range(25):
        begun(encryption, "DISABLING" if number % 2 else "ENABLING", now=float(number))
        encryption.finish()

    # WHEN there is one more, THEN it is refused until the first is a day old
    with pytest.raises(ServiceError) as caught:
        begun(encryption, "ENABLING", now=86_399.0)
    assert caught.value.code == "LimitExceededException"
    begun(encryption, "ENABLING", now=86_400.0)


@pytest.mark.parametrize(
    ("metadata", "failure_type"),
    [
        ({"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}, None),
        ({"KeyState": "Disabled"}, "DISABLED_KMS_KEY"),
        ({"KeyState": "PendingDeletion"}, "INVALID_KMS_KEY"),
        ({"KeyState": "Enabled", "KeySpec": "RSA_2048"}, "INVALID_KMS_KEY"),
    ],
)
def test_state_of_the_key_decides(metadata: dict[str, Any], failure_type: str | None) -> None:
    failure = key_failure(FakeKms(metadata), Key(CUSTOMER, KEY_ARN))

    assert (failure.failure_type if failure else None) == failure_type


@pytest.mark.parametrize(
    ("code", "failure_type"),
    [
        ("NotFoundException", "KMS_KEY_NOT_FOUND"),
        ("AccessDeniedException", "KMS_ACCESS_DENIED"),
        ("KMSInternalException", "UNKNOWN_ERROR"),
    ],
)
def test_error_of_kms_is_the_failure(code: str, failure_type: str) -> None:
    failure = key_failure(FakeKms(error=client_error(code)), Key(CUSTOMER, KEY_ARN))

    assert failure == Failure(failure_type, f"{code} happened")


def test_key_of_aws_is_not_looked_up() -> None:
    assert key_failure(FakeKms(error=AssertionError("asked")), Key()) is None


@pytest.mark.parametrize(
    ("wire", "key"),
    [
        (None, Key("AWS_OWNED_CMK")),
        ({"KeyType": "AWS_OWNED_CMK"}, Key("AWS_OWNED_CMK")),
        ({"KeyType": CUSTOMER, "KeyARN": KEY_ARN}, Key(CUSTOMER, KEY_ARN)),
    ],
)
def test_key_is_read_from_the_request(wire: dict[str, str] | None, key: Key) -> None:
    assert key_from("DirectPut", wire, REGION) == key


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        ({"KeyType": CUSTOMER}, "KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK"),
        (
            {"KeyType": "AWS_OWNED_CMK", "KeyARN": KEY_ARN},
            "KeyARN cannot be specified when KeyType is AWS_OWNED_CMK",
        ),
        (
            {"KeyType": CUSTOMER, "KeyARN": KEY_ARN.replace(REGION, "eu-west-1")},
            "Cross-region keys are not allowed for SSE. Please provide CMKs in the same region as firehose",
        ),
    ],
)
def test_key_that_does_not_fit_is_refused(wire: dict[str, str], message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        key_from("DirectPut", wire, REGION)
    assert (caught.value.code, caught.value.message) == ("InvalidArgumentException", message)


def test_delivery_stream_that_reads_a_data_stream_takes_no_encryption() -> None:
    with pytest.raises(ServiceError) as caught:
        check_encryptable("KinesisStreamAsSource")
    assert caught.value.message == (
        "Server side encryption from firehose is only allowed for direct put delivery streams and database as a "
        "source delivery streams"
    )
