"""What protects a stream: its encryption and its resource policy. Neither is enforced here."""

import json

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
