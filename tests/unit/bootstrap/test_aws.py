"""Where resources are made, and waiting for them."""

import pytest

from bootstrap.aws import Place
from bootstrap.errors import WaitTimeoutError
from tests.unit.bootstrap.fake_aws import make_aws


def test_arns_follow_partition_region_and_account() -> None:
    # GIVEN an account in another partition
    place = Place("aws-cn", "cn-north-1", "111122223333")

    # WHEN ARNs are made, THEN IAM's have no region, and S3's neither region nor account
    assert [place.arn("kinesis", "stream/s"), place.role_arn("r"), place.bucket_arn("b")] == [
        "arn:aws-cn:kinesis:cn-north-1:111122223333:stream/s",
        "arn:aws-cn:iam::111122223333:role/r",
        "arn:aws-cn:s3:::b",
    ]


def test_waiting_returns_the_first_result() -> None:
    # GIVEN a condition that holds at the third look
    looks = iter([None, None, "there"])

    # WHEN it is waited for, THEN its result is returned
    assert make_aws().wait.until("it", lambda: next(looks), timeout_seconds=60) == "there"


def test_waiting_in_vain_names_what_was_waited_for() -> None:
    # GIVEN a condition that never holds
    aws = make_aws()

    # WHEN it is waited for, THEN the error names it, in time
    with pytest.raises(WaitTimeoutError, match="waited 60 s in vain for table X to be ACTIVE"):
        aws.wait.until("table X to be ACTIVE", lambda: None, timeout_seconds=60)
    assert 60 <= aws.wait.now() <= 65
