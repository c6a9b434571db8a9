"""Which API model a request is read by."""

import pytest
from botocore.session import get_session
from localstack.aws.api import RequestContext
from localstack.aws.handlers.service import ServiceRequestParser
from localstack.http import Request, Response

from emulator.protocol import hook


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> ServiceRequestParser:
    """LocalStack's handler with the strict parsers, for one test."""
    monkeypatch.setattr(ServiceRequestParser, "__call__", ServiceRequestParser.__call__)
    hook._parse_strictly()
    return ServiceRequestParser()


def test_clients_of_the_emulator_itself_share_one_model(parser: ServiceRequestParser) -> None:
    contexts = []
    for _ in range(2):
        model = get_session().get_service_model("dynamodb")
        request = Request("POST", "/", body=b"{}", headers={"X-Amz-Target": "DynamoDB_20120810.ListTables"})
        context = RequestContext(request)
        context.service, context.operation = model, model.operation_model("ListTables")
        parser(None, context, Response())
        contexts.append(context)

    first, second = contexts
    assert first.service is second.service
    assert first.operation.name == "ListTables"
    assert first.service_request == {}
