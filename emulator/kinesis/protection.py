"""What protects a stream: its encryption and its resource policy. Neither is enforced here."""

import json
from typing import Protocol

from emulator.errors import ServiceError


def check_encryption_type(encryption_type: str) -> None:
    """Refuse an encryption type other than KMS, the only one that can be started or stopped.

    Raises:
        ServiceError: it is another one.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
    """
    if encryption_type != "KMS":
        raise ServiceError(
            "InvalidArgumentException", f"EncryptionType must be KMS, found {encryption_type}."
        )


class Encrypted(Protocol):
    """A data stream that may be encrypted."""

    @property
    def encryption_type(self) -> str:
        """KMS, or NONE."""


def encryption(stream: Encrypted) -> dict[str, str]:
    """Return the members by which a put tells of its stream's encryption: none unless it is by KMS.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
    """
    return {"EncryptionType": "KMS"} if stream.encryption_type == "KMS" else {}


def check_policy(policy: str) -> str:
    """Return a resource policy that is a JSON object.

    Raises:
        ServiceError: it is not.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
    """
    try:
        document = json.loads(policy)
    except ValueError as error:
        raise ServiceError("InvalidArgumentException", f"Policy is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise ServiceError("InvalidArgumentException", "Policy must be a JSON object.")
    return policy
