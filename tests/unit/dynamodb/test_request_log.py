"""LocalStack's log of requests names the errors that are answered without a way through the model."""

import json
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.handlers.service import ServiceResponseParser
from localstack.aws.spec import load_service
from localstack.http import Request
from moto.dynamodb.models import dynamodb_backends

from emulator.dynamodb.provider import DynamoDBProvider
from tests.unit.dynamodb.records import A1

ACCOUNT, REGION = "000000000000", "eu-north-1"


def put(provider: DynamoDBProvider, request: dict[str, Any]) -> RequestContext:
    """Put an item, and return what the log is written from."""
    context = RequestContext(Request("POST", "/", body=json.dumps(request).encode()))
    context.service = load_service("dynamodb")
    context.operation = context.service.operation_model("PutItem")
    context.protocol = context.service.protocol
    context.account_id, context.region, context.request_id = ACCOUNT, REGION, "id"
    context.service_request = request
    response = provider.put_item(context, request)
    ServiceResponseParser()(None, context, response)
    return context


def test_a_condition_that_does_not_hold_is_named(backend: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(dynamodb_backends, ACCOUNT, {REGION: backend})
    request = {"TableName": "Orders", "Item": A1, "ConditionExpression": "attribute_not_exists(id)"}

    context = put(DynamoDBProvider.__new__(DynamoDBProvider), request)

    assert context.service_exception is not None
    assert context.service_exception.code == "ConditionalCheckFailedException"


def test_an_answer_is_there(backend: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(dynamodb_backends, ACCOUNT, {REGION: backend})

    context = put(DynamoDBProvider.__new__(DynamoDBProvider), {"TableName": "Orders", "Item": A1})

    assert (context.service_exception, context.service_response) == (None, {})
