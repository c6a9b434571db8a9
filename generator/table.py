"""Writes changes to the DynamoDB table and says of a failure whether trying again can help."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from generator.change import Change
from generator.errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

# Codes below HTTP status 500 that pass: the table comes (back), the throttling ends.
TRANSIENT_CODES: Final = frozenset(
    {
        "ResourceNotFoundException",
        "ResourceInUseException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "Throttling",
        "ThrottlingException",
        "TransactionConflictException",
        "RequestTimeout",
        "RequestTimeoutException",
    }
)
NO_CREDENTIALS: Final = (
    "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (any value in the sandbox)"
)
_NOT_SENT = (EndpointConnectionError, ConnectTimeoutError)


class OrderTable:
    """The order table, written one change at a time or in batches.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    """

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self.name = table_name

    def write(self, changes: Sequence[Change]) -> list[Change]:
        """Write up to 25 changes of different ids and return those that the table left unprocessed.

        Raises:
            UnavailableError: the changes must be written again.
            RefusedError: writing them again will not help.
        """
        try:
            if len(changes) == 1:
                self._write_one(changes[0])
                return []
            return self._write_batch(changes)
        except ClientError as error:
            raise _failure_of_response(error) from error
        except ResponseParserError as error:
            raise UnavailableError(f"the answer cannot be read: {error}", may_be_written=True) from error
        except _NOT_SENT as error:
            raise UnavailableError(str(error), may_be_written=False) from error
        except (ReadTimeoutError, ConnectionClosedError, HTTPClientError) as error:
            raise UnavailableError(str(error), may_be_written=True) from error
        except NoCredentialsError as error:
            raise RefusedError(NO_CREDENTIALS) from error
        except BotoCoreError as error:
            raise RefusedError(str(error)) from error

    def _write_one(self, change: Change) -> None:
        if change.item is None:
            self._client.delete_item(TableName=self.name, Key={"orderid": {"S": change.order_id}})
        else:
            self._client.put_item(TableName=self.name, Item=change.item)

    def _write_batch(self, changes: Sequence[Change]) -> list[Change]:
        requests = {change.order_id: _write_request(change) for change in changes}
        response = self._client.batch_write_item(RequestItems={self.name: list(requests.values())})
        unprocessed = response.get("UnprocessedItems", {}).get(self.name, [])
        order_ids = {_order_id(request) for request in unprocessed}
        return [change for change in changes if change.order_id in order_ids]


def _write_request(change: Change) -> "WriteRequestTypeDef":
    if change.item is None:
        return {"DeleteRequest": {"Key": {"orderid": {"S": change.order_id}}}}
    return {"PutRequest": {"Item": change.item}}


def _order_id(request: Mapping[str, Any]) -> str:
    key = request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
    order_id: str = key["orderid"]["S"]
    return order_id


def _failure_of_response(error: ClientError) -> UnavailableError | RefusedError:
    code = error.response["Error"].get("Code", "")
    message = f"{code}: {error.response['Error'].get('Message', '')}"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in TRANSIENT_CODES or status >= 500:
        return UnavailableError(message, may_be_written=status >= 500)
    return RefusedError(message)
