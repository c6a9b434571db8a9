"""Encryption types and resource policies that are refused.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.protection import check_encryption_type, check_policy


def test_a_policy_is_a_json_object() -> None:
    policy = '{"Version": "2012-10-17", "Statement": []}'

    assert check_policy(policy) == policy
    for other in ("nonsense", "[]", "null"):
        with pytest.raises(ServiceError) as raised:
            check_policy(other)
        assert raised.value.code == "InvalidArgumentException"


def test_only_encryption_by_kms_is_started_and_stopped() -> None:
    check_encryption_type("KMS")

    with pytest.raises(ServiceError) as raised:
        check_encryption_type("NONE")

    assert raised.value.code == "InvalidArgumentException"
