"""Encryption types and resource policies that are refused.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.protection import check_encryption_type, check_policy, encryption
from tests.unit.kinesis.subject import FIRST, Subject


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


def test_encryption_by_kms_is_told_of_by_puts_and_by_the_records_themselves() -> None:
    # GIVEN a record put before the encryption was started, and one after
    subject = Subject()
    subject.put(b"plain")
    assert encryption(subject.stream) == {}
    subject.stream.encryption_type = "KMS"
    assert encryption(subject.stream) == {"EncryptionType": "KMS"}
    subject.put(b"encrypted")

    # THEN
    iterator = subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON")
    page = subject.data_plane.get(subject.stream, subject.data_plane.decode_iterator(iterator), None)
    assert [record.get("EncryptionType") for record in page.records] == [None, "KMS"]
