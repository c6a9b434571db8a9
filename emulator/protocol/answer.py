"""Puts a refusal into the form of its protocol, as AWS's front ends write it: without what LocalStack adds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import cbor2
from botocore.model import ServiceModel

from emulator.protocol.refusal import Body, Refusal

_FRAMEWORK = "com.amazon.coral.service#"
_CBOR_FAMILY = "application/x-amz-cbor"
# What Kinesis answers a request without a body in, unless that asks for JSON.
_CBOR = f"{_CBOR_FAMILY}-1.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


def in_json(refusal: Refusal, service: ServiceModel, body: Body, request_id: str) -> Answer:
    """Return the answer of the JSON protocol.

    Version 1.0 names the framework in the error's type; version 1.1 puts what it is asked in plain JSON into an
    envelope.
    """
    version = service.metadata.get("jsonVersion", "1.0")
    kind = f"{_FRAMEWORK}{refusal.code}" if version == "1.0" else refusal.code
    content: dict[str, Any] = {"__type": kind}
    if refusal.message is not None:
        content["Message"] = refusal.message
    own = f"application/x-amz-json-{version}"
    media_type = body.media_type if body.is_cbor or "json" in body.media_type else own
    if service.service_name == "kinesis" and not body.content and body.media_type != own:
        media_type = _CBOR
    if refusal.code == "SerializationException" and version == "1.1" and media_type == "application/json":
        content = {"Output": {**content, "__type": f"{_FRAMEWORK}{refusal.code}"}, "Version": "1.0"}
    headers = {"Content-Type": media_type, "x-amzn-RequestId": request_id}
    if service.is_query_compatible and refusal.code == "SerializationException":
        headers["x-amzn-query-error"] = "MalformedInput;Sender"
    written = cbor2.dumps(content) if media_type.startswith(_CBOR_FAMILY) else json.dumps(content).encode()
    return Answer(refusal.status_code, headers, written)


def in_rest_json(refusal: Refusal, request_id: str) -> Answer:
    """Return the answer of the REST protocol, which names the error in a header."""
    content = {} if refusal.message is None else {"Message": refusal.message}
    headers = {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": refusal.code,
        "x-amzn-RequestId": request_id,
    }
    return Answer(refusal.status_code, headers, json.dumps(content).encode())


def in_xml(refusal: Refusal, service: ServiceModel, request_id: str) -> Answer:
    """Return the answer of the query protocol: an error response, or the bare name of the error."""
    headers = {"x-amzn-RequestId": request_id}
    if refusal.message is None and refusal.status_code == 404:
        return Answer(404, headers, f"<{refusal.code}/>\n".encode())
    message = "" if refusal.message is None else f"<Message>{escape(refusal.message)}</Message>"
    name_space = service.metadata.get("xmlNamespace") or _queue_name_space(service)
    content = (
        f'<ErrorResponse xmlns="{name_space}"><Error><Type>Sender</Type><Code>{refusal.code}</Code>{message}</Error>'
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Answer(refusal.status_code, {**headers, "Content-Type": "text/xml"}, content.encode())


def _queue_name_space(service: ServiceModel) -> str:
    return f"http://queue.amazonaws.com/doc/{service.api_version}/"
