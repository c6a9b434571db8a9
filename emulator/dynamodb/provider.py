"""The DynamoDB API on moto's backend, with this project's change streams."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.dynamodb import DynamodbApi
from localstack.http import Response
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import ServiceLifecycleHook
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    TransactionCanceledException,
)
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.utilities import dynamo_json_dump

from emulator.dispatch import Handler, guarded
from emulator.dynamodb import (
    batch_write,
    contributor_insights,
    item_operations,
    item_read,
    kinesis_api,
    serialization,
    time_to_live,
    transaction,
)
from emulator.dynamodb.idempotency import CompletedTransactions
from emulator.dynamodb.item_write import FindTable
from emulator.dynamodb.kinesis_destination import PutRecordsClient
from emulator.dynamodb.lookup import named_table, table_of_items
from emulator.dynamodb.moto_patches import reads, statements, tables, values
from emulator.dynamodb.running_destinations import RunningDestinations
from emulator.kinesis.provider import find_stream, kinesis_client

# One lock for every account and region: moto's state is not safe for threads, and a write and its change
# record are one step.
_LOCK = threading.RLock()


def dispatch_table(provider: "DynamoDBProvider") -> dict[str, Handler]:
    """Return the operations of the API, one at a time."""
    return guarded(MotoFallbackDispatcher(provider), CommonServiceException, _LOCK)


def _all_tables() -> list[Any]:
    with _LOCK:
        return [
            table
            for regions in dynamodb_backends.values()
            for backend in regions.values()
            for table in backend.tables.values()
        ]


class DynamoDBProvider(DynamodbApi, ServiceLifecycleHook):
    """Operations on items, on Kinesis destinations and Contributor Insights are this project's, all others moto's.

    Writes leave change records.
    """

    def __init__(self) -> None:
        for patches in (tables, values, reads, statements):
            patches.install()
        self._time_to_live = time_to_live.TimeToLiveWorker(_all_tables, _LOCK)
        self._destinations = RunningDestinations()

    @handler("BatchWriteItem", expand=False)
    def batch_write_item(self, context: RequestContext, request: Any) -> Any:
        backend = dynamodb_backends[context.account_id][context.region]
        answer = batch_write.batch_write_item(
            request, lambda name: table_of_items(backend, name), len(context.request.data)
        )
        # As plain as the request was taken: binary keys are base64 already.
        return _plain_response(context, answer)

    @handler("GetItem", expand=False)
    def get_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_read.get_item)

    @handler("PutItem", expand=False)
    def put_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_operations.put_item)

    @handler("UpdateItem", expand=False)
    def update_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_operations.update_item)

    @handler("DeleteItem", expand=False)
    def delete_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_operations.delete_item)

    @handler("TransactWriteItems", expand=False)
    def transact_write_items(self, context: RequestContext, request: Any) -> Any:
        backend = dynamodb_backends[context.account_id][context.region]
        return _unless_cancelled(
            context,
            lambda: transaction.transact_write_items(
                request,
                lambda name: table_of_items(backend, name),
                _completed_transactions(backend),
                len(context.request.data),
            ),
        )

    @handler("TransactGetItems", expand=False)
    def transact_get_items(self, context: RequestContext, request: Any) -> Any:
        backend = dynamodb_backends[context.account_id][context.region]
        return _unless_cancelled(
            context, lambda: item_read.transact_get_items(request, lambda name: table_of_items(backend, name))
        )

    @handler("DescribeContributorInsights", expand=False)
    def describe_contributor_insights(self, context: RequestContext, request: Any) -> Any:
        return contributor_insights.describe(_requested_table(context, request), request)

    @handler("UpdateContributorInsights", expand=False)
    def update_contributor_insights(self, context: RequestContext, request: Any) -> Any:
        return contributor_insights.update(_requested_table(context, request), request)

    @handler("ListContributorInsights", expand=False)
    def list_contributor_insights(self, context: RequestContext, request: Any) -> Any:
        if request.get("TableName") is not None:
            return contributor_insights.summaries([_requested_table(context, request)])
        return contributor_insights.summaries(
            dynamodb_backends[context.account_id][context.region].tables.values()
        )

    @handler("EnableKinesisStreamingDestination", expand=False)
    def enable_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        table = _requested_table(context, request)
        return kinesis_api.enable(
            table,
            request,
            lambda arn: _find_kinesis(context.account_id, context.region, arn),
            self._destinations,
        )

    @handler("DisableKinesisStreamingDestination", expand=False)
    def disable_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        return kinesis_api.disable(_requested_table(context, request), request)

    @handler("DescribeKinesisStreamingDestination", expand=False)
    def describe_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        return kinesis_api.describe(_requested_table(context, request))

    @handler("UpdateKinesisStreamingDestination", expand=False)
    def update_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        return kinesis_api.update(_requested_table(context, request), request)

    def on_after_init(self) -> None:
        """Let items expire until the emulator stops."""
        self._time_to_live.start()
        SHUTDOWN_HANDLERS.register(self.on_before_stop)

    def on_before_stop(self) -> None:
        """Let no more items expire, and send nothing more."""
        self._time_to_live.stop()
        self._destinations.stop()

    def on_before_state_reset(self) -> None:
        """Send nothing more of tables that are about to be forgotten."""
        self._destinations.stop()


def _operate(
    context: RequestContext,
    request: Mapping[str, Any],
    carry_out: Callable[[FindTable, Mapping[str, Any]], dict[str, Any]],
) -> Response:
    backend = dynamodb_backends[context.account_id][context.region]
    return _unless_cancelled(
        context, lambda: carry_out(lambda: table_of_items(backend, request["TableName"]), request)
    )


def _unless_cancelled(context: RequestContext, carry_out: Callable[[], dict[str, Any]]) -> Response:
    """Answer what is carried out, or the error of a condition, which has members that no other error has."""
    serialization.check(context.operation.input_shape, context.service_request)
    try:
        return _plain_response(context, carry_out())
    except (ConditionalCheckFailed, TransactionCanceledException) as error:
        return _plain_response(context, json.loads(error.description), status=400)


def _plain_response(context: RequestContext, answer: dict[str, Any], status: int = 200) -> Response:
    """Return an answer as it is, without a way through the model."""
    if status == 200:
        # An error is read from the response: the request log has its code then.
        context.service_response = answer
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-requestid": context.request_id}
    return Response(dynamo_json_dump(answer), status, headers=headers)


def _completed_transactions(backend: Any) -> CompletedTransactions:
    """Return the tokens of an account and region, which are forgotten with its tables."""
    completed: CompletedTransactions = vars(backend).setdefault(
        "completed_transactions", CompletedTransactions()
    )
    return completed


def _requested_table(context: RequestContext, request: Mapping[str, Any]) -> Any:
    return named_table(dynamodb_backends[context.account_id][context.region], request["TableName"])


def _find_kinesis(account_id: str, region: str, stream_arn: str) -> PutRecordsClient:
    """Return a client, once it is certain that the data stream exists."""
    find_stream(account_id, region, None, stream_arn)
    return kinesis_client(account_id, region)
