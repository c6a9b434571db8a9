"""The table and its stream."""

import pytest

from bootstrap.errors import BootstrapError
from bootstrap.resource import Outcome, Resource
from bootstrap.table import ensure_table
from tests.unit.bootstrap.fake_aws import FakeDynamoDB, make_aws

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_first_run_creates_and_second_changes_nothing() -> None:
    # GIVEN no table
    dynamodb = FakeDynamoDB()
    aws = make_aws(dynamodb=dynamodb)

    # WHEN it is made twice
    resources = [ensure_table(aws) for _ in range(2)]

    # THEN it is created once, billed by request, with both images in its stream
    assert resources == [
        Resource("arn:OrderTable", Outcome.CREATED),
        Resource("arn:OrderTable", Outcome.UNCHANGED),
    ]
    assert dynamodb.calls == [
        {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "orderid", "KeyType": "HASH"}],
            "StreamSpecification": STREAM,
        }
    ]


def test_stream_that_is_off_is_enabled() -> None:
    # GIVEN a table without a stream
    dynamodb = FakeDynamoDB()
    aws = make_aws(dynamodb=dynamodb)
    ensure_table(aws)
    assert dynamodb.table is not None
    del dynamodb.table["StreamSpecification"]

    # WHEN it is made again, THEN its stream is enabled
    assert ensure_table(aws).outcome is Outcome.UPDATED
    assert dynamodb.calls[1:] == [{"StreamSpecification": STREAM}]


def test_stream_of_another_view_is_disabled_first() -> None:
    # GIVEN a table whose stream carries keys only, which cannot be changed
    dynamodb = FakeDynamoDB()
    aws = make_aws(dynamodb=dynamodb)
    ensure_table(aws)
    assert dynamodb.table is not None
    dynamodb.table["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}

    # WHEN it is made again, THEN it gets another stream
    assert ensure_table(aws).outcome is Outcome.UPDATED
    assert dynamodb.calls[1:] == [
        {"StreamSpecification": {"StreamEnabled": False}},
        {"StreamSpecification": STREAM},
    ]


def test_table_with_another_key_is_not_touched() -> None:
    # GIVEN somebody else's table of this name
    dynamodb = FakeDynamoDB()
    aws = make_aws(dynamodb=dynamodb)
    ensure_table(aws)
    assert dynamodb.table is not None
    dynamodb.table["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]

    # WHEN it is made, THEN the message says what to do
    with pytest.raises(BootstrapError, match="OrderTable has another key than orderid: delete it"):
        ensure_table(aws)
    assert len(dynamodb.calls) == 1
