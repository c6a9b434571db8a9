"""Writing changes to DynamoDB, and which failures pass."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from generator.change import Change, ChangeKind
from generator.errors import RefusedError, UnavailableError
from generator.table import OrderTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MakeChange = Callable[..., Change]
ENDPOINT = "http://localhost:1"


@pytest.fixture(scope="module")
def client() -> "DynamoDBClient":
    return boto3.client(
        "dynamodb", region_name="eu-north-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture
def stubber(client: "DynamoDBClient") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_one_order_is_put(client: "DynamoDBClient", stubber: Stubber, make_change: MakeChange) -> None:
    # GIVEN a table that expects one PutItem
    stubber.add_response("put_item", {}, {"TableName": "OrderTable", "Item": {"orderid": {"S": "383"}}})

    # WHEN one order is written, THEN nothing is left
    assert OrderTable(client, "OrderTable").write([make_change("383")]) == []


def test_one_cancellation_is_deleted(
    client: "DynamoDBClient", stubber: Stubber, make_change: MakeChange
) -> None:
    # GIVEN a table that expects one DeleteItem
    stubber.add_response("delete_item", {}, {"TableName": "OrderTable", "Key": {"orderid": {"S": "383"}}})

    # WHEN one cancellation is written, THEN nothing is left
    assert OrderTable(client, "OrderTable").write([make_change("383", ChangeKind.CANCELLATION)]) == []


def test_several_changes_are_one_batch_and_unprocessed_ones_are_returned(
    client: "DynamoDBClient", stubber: Stubber, make_change: MakeChange
) -> None:
    # GIVEN two orders and two cancellations, of which the table leaves one each
    changes = [
        make_change("1"),
        make_change("2"),
        make_change("3", ChangeKind.CANCELLATION),
        make_change("4", ChangeKind.CANCELLATION),
    ]
    requests: list[dict[str, Any]] = [
        {"PutRequest": {"Item": {"orderid": {"S": "1"}}}},
        {"PutRequest": {"Item": {"orderid": {"S": "2"}}}},
        {"DeleteRequest": {"Key": {"orderid": {"S": "3"}}}},
        {"DeleteRequest": {"Key": {"orderid": {"S": "4"}}}},
    ]
    stubber.add_response(
        "batch_write_item",
        {"UnprocessedItems": {"OrderTable": [requests[2], requests[1]]}},
        {"RequestItems": {"OrderTable": requests}},
    )

    # WHEN they are written
    left = OrderTable(client, "OrderTable").write(changes)

    # THEN the two are left, in their order
    assert left == changes[1:3]


@pytest.mark.parametrize(
    ("code", "status", "may_be_written"),
    [
        ("ResourceNotFoundException", 400, False),
        ("ProvisionedThroughputExceededException", 400, False),
        ("ThrottlingException", 400, False),
        ("InternalServerError", 500, True),
        ("ServiceUnavailable", 503, True),
    ],
)
def test_failure_that_passes_is_to_be_tried_again(
    client: "DynamoDBClient",
    stubber: Stubber,
    make_change: MakeChange,
    code: str,
    status: int,
    may_be_written: bool,
) -> None:
    # GIVEN a table that is absent or busy
    stubber.add_client_error("put_item", code, "not now", status)

    # WHEN an order is written
    with pytest.raises(UnavailableError) as raised:
        OrderTable(client, "OrderTable").write([make_change("383")])

    # THEN the failure says so, and whether the order may be in the table all the same
    assert (str(raised.value), raised.value.may_be_written) == (f"{code}: not now", may_be_written)


@pytest.mark.parametrize(
    "code",
    ["ValidationException", "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"],
)
def test_failure_that_stays_is_refused(
    client: "DynamoDBClient", stubber: Stubber, make_change: MakeChange, code: str
) -> None:
    # GIVEN a table that will never take this
    stubber.add_client_error("put_item", code, "never", 400)

    # WHEN an order is written, THEN trying again is of no use
    with pytest.raises(RefusedError, match=f"^{code}: never$"):
        OrderTable(client, "OrderTable").write([make_change("383")])


class BrokenClient:
    """A client whose calls never get an answer."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def put_item(self, **_: object) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "may_be_written"),
    [
        (EndpointConnectionError(endpoint_url=ENDPOINT), False),
        (ConnectTimeoutError(endpoint_url=ENDPOINT), False),
        (ReadTimeoutError(endpoint_url=ENDPOINT), True),
        (ConnectionClosedError(endpoint_url=ENDPOINT), True),
        (ResponseParserError("<html>"), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_missing_answer_is_to_be_tried_again(
    make_change: MakeChange, error: Exception, may_be_written: bool
) -> None:
    # GIVEN an endpoint that does not answer
    table = OrderTable(BrokenClient(error), "OrderTable")  # type: ignore[arg-type]

    # WHEN an order is written
    with pytest.raises(UnavailableError) as raised:
        table.write([make_change("383")])

    # THEN it is known whether the order was sent
    assert raised.value.may_be_written is may_be_written


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NoCredentialsError(), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (NoRegionError(), "You must specify a region."),
    ],
)
def test_missing_configuration_is_refused(
    make_change: MakeChange, error: BotoCoreError, message: str
) -> None:
    # GIVEN an environment without credentials or region
    table = OrderTable(BrokenClient(error), "OrderTable")  # type: ignore[arg-type]

    # WHEN an order is written, THEN the message says what to set
    with pytest.raises(RefusedError, match=message):
        table.write([make_change("383")])
