"""Puts AWS's refusals in the place of LocalStack's internal errors, for every service.

Where a request is in order nothing is added: it is parsed by the strict parsers, and the rest is for failures.
"""

import logging
from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel
from localstack.aws.api import CommonServiceException, RequestContext, ServiceException
from localstack.aws.handlers.service import ServiceExceptionSerializer, ServiceRequestParser
from localstack.aws.protocol.op_router import RestServiceOperationRouter
from localstack.aws.protocol.parser import RequestParserError
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import get_service_catalog
from localstack.http import Request, Response
from localstack.utils.patch import patch
from werkzeug.exceptions import NotFound

from emulator.protocol import answer, refusal
from emulator.protocol.answer import Answer
from emulator.protocol.refusal import Body
from emulator.protocol.strict_parser import StrictJSONRequestParser, is_left_as_it_came, parser_of

LOG = logging.getLogger(__name__)
_PROTOCOLS = frozenset({"json", "rest-json", "query"})


class MissingRequiredParameterException(CommonServiceException):
    """SQS's MissingParameter: in JSON LocalStack writes the name of the class, which is AWS's."""


def install() -> None:
    """Change LocalStack's gateway, once for the process."""
    _parse_strictly()
    _find_faults_in_unparsed_bodies()
    _find_violations_behind_failures()


def _parse_strictly() -> None:
    @patch(ServiceRequestParser.__call__)
    def parse(
        original: Callable[..., None], handler: Any, chain: Any, context: RequestContext, response: Response
    ) -> None:
        service = context.service
        if service is None:
            original(handler, chain, context, response)
            return
        if context.operation is not None:
            # A client of LocalStack's own brings its own model. Parsers and serializers are kept for each model they
            # are made for, so that one for every client would fill the memory.
            service = context.service = get_service_catalog().get(service.service_name)
        parser = parser_of(service, context.protocol)
        try:
            context.operation, context.service_request = parser.parse(context.request)
        except RequestParserError:
            refused = _refused(context, parser)
            if refused is None:
                raise
            _fill(response, refused)
            chain.stop()


def _find_faults_in_unparsed_bodies() -> None:
    """Put the fault of a body's form in the place of the error that it has led to."""

    @patch(Skeleton.on_service_exception)
    def on_service_exception(
        original: Callable[..., Response],
        skeleton: Any,
        serializer: Any,
        context: RequestContext,
        exception: ServiceException,
    ) -> Response:
        return _fault_of_form(context) or original(skeleton, serializer, context, exception)


def _find_violations_behind_failures() -> None:
    """Name what in a request breaks the API's model when its operation has failed instead of refusing it."""

    @patch(ServiceExceptionSerializer.create_exception_response)
    def create_exception_response(
        original: Callable[..., Response | None],
        serializer: Any,
        exception: Exception,
        context: RequestContext,
    ) -> Response | None:
        operation = context.operation
        if operation is None or isinstance(exception, ServiceException | NotImplementedError):
            return original(serializer, exception, context)
        fault = _fault_of_form(context)
        if fault is not None:
            return fault
        refused = None
        if _protocol(context) in _PROTOCOLS:
            refused = refusal.of_violations(operation, context.service_request)
        if refused is None:
            return original(serializer, exception, context)
        kind = (
            MissingRequiredParameterException
            if refused.code == "MissingParameter"
            else CommonServiceException
        )
        error = kind(refused.code, refused.message, refused.status_code, sender_fault=True)
        context.service_exception = error
        return original(serializer, error, context)


def _fault_of_form(context: RequestContext) -> Response | None:
    """Return the answer to a body of another form than its operation's that no parser has looked at."""
    if not is_left_as_it_came(context.operation):
        return None
    body = _body(context.request)
    fault = refusal.type_fault_of(context.operation, body)
    if fault is None:
        return None
    response = Response()
    _fill(response, answer.in_json(fault, context.service, body, context.request_id))
    return response


def _refused(context: RequestContext, parser: Any) -> Answer | None:
    """Return what AWS answers to a request that could not be parsed; None where that is not known."""
    service, request = context.service, context.request
    protocol = _protocol(context)
    if protocol not in _PROTOCOLS:
        return None
    body = _body(request)
    match protocol:
        case "json" if isinstance(parser, StrictJSONRequestParser):
            found = refusal.of_json(service, parser.find_operation(request), body)
            answered = answer.in_json(found, service, body, context.request_id)
        case "query" if "x-amz-json" in body.media_type:
            # Without a target that it knows, LocalStack takes SQS's JSON for a query.
            found = refusal.of_json(service, None, body)
            answered = answer.in_json(found, service, body, context.request_id)
        case "query":
            found = refusal.of_query(service, request.values)
            answered = answer.in_xml(found, service, context.request_id)
        case "rest-json":
            found = refusal.of_rest_json(service, _operation_at_path(parser, request), body)
            answered = answer.in_rest_json(found, context.request_id)
        case _:
            return None
    LOG.info("%s: a request that reached no operation was refused: %s", service.service_name, found.code)
    return answered


def _operation_at_path(parser: Any, request: Request) -> OperationModel | None:
    router: RestServiceOperationRouter = parser._operation_router
    try:
        operation: OperationModel = router.match(request)[0]
    except NotFound:
        return None
    return operation


def _protocol(context: RequestContext) -> str:
    return str(context.protocol or context.service.protocol)


def _body(request: Request) -> Body:
    return Body(request.data, request.mimetype)


def _fill(response: Response, filling: Answer) -> None:
    response.status_code = filling.status_code
    response.set_data(filling.content)
    response.headers.clear()
    response.headers.update(filling.headers)
    response.headers["Content-Length"] = str(len(filling.content))
