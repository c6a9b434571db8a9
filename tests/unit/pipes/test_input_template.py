"""Input templates.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
Cases marked AWS are that page's; the event of its first example is EC2's.
"""

import base64
import json
from typing import Any

import pytest

from emulator.pipes.errors import TargetError
from emulator.pipes.input_template import (
    InputTemplate,
    InvalidTemplateError,
    PipeNames,
    check_template,
    json_text,
)

NOW = 1_767_225_600.25
NAMES = PipeNames(
    pipe_arn="arn:aws:pipes:us-east-1:123456789012:pipe/example",
    pipe_name="example",
    source_arn="arn:aws:sqs:us-east-1:123456789012:source",
    enrichment_arn=None,
    target_arn="arn:aws:sqs:us-east-1:123456789012:target",
)
EVENT: dict[str, Any] = {
    "eventID": "1",
    "detail": {"instance-id": "i-0123456789", "state": "RUNNING", "cores": 2, "on": True, "none": None},
    "lines": [{"n": 1, "name": "a"}, {"n": 2, "name": "b"}, {"n": 3, "name": "c"}],
    "quoted": 'say "hi"',
    "a/b_c": "slash",
}
MESSAGE = {
    "messageId": "059f36b4",
    "body": '{"key": "value", "Records": [0, 1, 2, {"id": 3}], "nested": "{\\"k\\":1}"}',
    "attributes": {"SenderId": "AIDAIENQZJOLO23YVJ4VO"},
    "eventSource": "aws:sqs",
}
KINESIS = {
    "partitionKey": "1",
    "data": base64.b64encode(b'{"someKey":"x","price":182.21}').decode(),
    "eventSource": "aws:kinesis",
}


def render(template: str, body: Any = None) -> str:
    """Render a template for one event."""
    return InputTemplate(template, NAMES).render(EVENT if body is None else body, NOW)


@pytest.mark.parametrize(
    ("template", "event", "expected"),
    [
        pytest.param('"Hello, sender"', MESSAGE, '"Hello, sender"', id="AWS: static string"),
        pytest.param("<$.attributes.SenderId>", MESSAGE, "AIDAIENQZJOLO23YVJ4VO", id="AWS: JSON path"),
        pytest.param(
            '"Hello, <$.attributes.SenderId>"',
            MESSAGE,
            '"Hello, AIDAIENQZJOLO23YVJ4VO"',
            id="AWS: dynamic string",
        ),
        pytest.param(
            '"Body is <$.body>"',
            {**MESSAGE, "body": '{"key":"value"}'},
            '"Body is {key:value}"',
            id="AWS: object in a string loses its quotes",
        ),
        pytest.param(
            "<$.body>",
            {**MESSAGE, "body": '{"key":"value"}'},
            "{key:value}",
            id="AWS: bare object loses its quotes",
        ),
        pytest.param(
            'Hello <$.detail.state>, "it\'s" <$.detail.cores>',
            EVENT,
            'Hello RUNNING, "it\'s" 2',
            id="text that is not JSON",
        ),
        pytest.param("<$.body>", {**MESSAGE, "body": "plain"}, "plain", id="bare text"),
        pytest.param("a < b > c", EVENT, "a < b > c", id="comparison signs with spaces"),
        pytest.param("<$.detail.cores>", EVENT, "2", id="bare number"),
        pytest.param("<$.detail.on>", EVENT, "true", id="bare boolean"),
        pytest.param('"<$.quoted>"', EVENT, '"say "hi""', id="AWS: values are not escaped in strings"),
        pytest.param("<$.missing>!", EVENT, "!", id="AWS: missing path does not appear"),
        pytest.param("", EVENT, "", id="empty"),
    ],
)
def test_text(template: str, event: Any, expected: str) -> None:
    assert render(template, event) == expected


@pytest.mark.parametrize(
    ("template", "event", "expected"),
    [
        pytest.param(
            '{"key1": "value1", "key2": "value2"}',
            EVENT,
            {"key1": "value1", "key2": "value2"},
            id="AWS: static JSON",
        ),
        pytest.param(
            '{\n  "key1": "value1",\n  "key2": <$.body.key>,\n  "d": <aws.pipes.event.ingestion-time>\n}\n',
            MESSAGE,
            {"key1": "value1", "key2": "value", "d": "2026-01-01T00:00:00.250Z"},
            id="AWS: dynamic JSON",
        ),
        pytest.param(
            '{"key2": <$.body.Records[3]>}', MESSAGE, {"key2": {"id": 3}}, id="AWS: member of an array"
        ),
        pytest.param(
            '{"instance" : <$.detail.instance-id>, "state": <$.detail.state>, "pipeArn" : <aws.pipes.pipe-arn>,'
            ' "pipeName" : <aws.pipes.pipe-name>, "originalEvent" : <aws.pipes.event.json>}',
            EVENT,
            {
                "instance": "i-0123456789",
                "state": "RUNNING",
                "pipeArn": NAMES.pipe_arn,
                "pipeName": "example",
                "originalEvent": EVENT,
            },
            id="AWS: example with reserved variables",
        ),
        pytest.param(
            '{"data": <$.data>}', KINESIS, {"data": {"someKey": "x", "price": 182.21}}, id="AWS: Kinesis data"
        ),
        pytest.param('{"k": <$.data.someKey>}', KINESIS, {"k": "x"}, id="AWS: member of Kinesis data"),
        pytest.param('{"k": "<$.data.price> EUR"}', KINESIS, {"k": "182.21 EUR"}, id="number in a string"),
        pytest.param(
            '{"k": <$.data>}',
            {**KINESIS, "data": "//8="},
            {"k": "//8="},
            id="AWS: data that is not JSON stays base64",
        ),
        pytest.param('{"k": <$.body.nested>}', MESSAGE, {"k": '{"k":1}'}, id="JSON inside JSON stays text"),
        pytest.param('{"n": <$.lines[*].n>}', EVENT, {"n": [1, 2, 3]}, id="every member"),
        pytest.param("[<$.lines[0]>, <$.lines[1].name>]", EVENT, [{"n": 1, "name": "a"}, "b"], id="array"),
        pytest.param('{"q": <$.quoted>}', EVENT, {"q": 'say "hi"'}, id="text with quotes as a value"),
        pytest.param(
            '{"n": <$.detail.none>, "b": <$.detail.on>}', EVENT, {"n": None, "b": True}, id="null and true"
        ),
        pytest.param(
            '{"a": "x\\"<$.detail.state>\\"y"}',
            EVENT,
            {"a": 'x"RUNNING"y'},
            id="escaped quotes around a placeholder",
        ),
        pytest.param(
            '{"a": "\\\\", "b": <$.detail.cores>}',
            EVENT,
            {"a": "\\", "b": 2},
            id="escaped backslash before a quote",
        ),
        pytest.param('{"s": <$.a/b_c>}', EVENT, {"s": "slash"}, id="slash and underscore in a path"),
        pytest.param(
            '{"a": <$.missing>, "b": {"c": <$.detail.missing>, "d": "<$.missing>"}, "e": [1, <$.lines[9]>]}',
            EVENT,
            {"b": {"d": ""}, "e": [1]},
            id="AWS: missing paths do not appear",
        ),
        pytest.param(
            '{"e": <aws.pipes.enrichment-arn>, "t": <aws.pipes.target-arn>}',
            EVENT,
            {"t": NAMES.target_arn},
            id="no enrichment",
        ),
        pytest.param('{"s": <aws.pipes.source-arn>}', EVENT, {"s": NAMES.source_arn}, id="source"),
        pytest.param('{"e": <aws.pipes.event>}', {"a": 'b"c'}, {"e": '{"a":"b\\"c"}'}, id="event as text"),
        pytest.param(
            '{"e": "got <aws.pipes.event>"}', {"a": 'b"c'}, {"e": 'got {"a":"b\\"c"}'}, id="event in a string"
        ),
        pytest.param("<aws.pipes.event>", MESSAGE, MESSAGE, id="bare event"),
        pytest.param(
            "<aws.pipes.event.json>",
            KINESIS,
            {**KINESIS, "data": {"someKey": "x", "price": 182.21}},
            id="AWS: decoded event",
        ),
    ],
)
def test_json(template: str, event: Any, expected: Any) -> None:
    assert json.loads(render(template, event)) == expected


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ('{"a": <aws.pipes.rule-arn>}', "<aws.pipes.rule-arn>"),
        ("<aws.events.event>", "<aws.events.event>"),
        ("<aws.pipes.event.body>", "<aws.pipes.event.body>"),
        ("<pipe-arn>", "<pipe-arn>"),
        ("<$.a['b']>", "<$.a['b']>"),
        ("<$.a[?(@.b)]>", "<$.a[?(@.b)]>"),
    ],
)
def test_unknown_placeholder_is_refused(template: str, named: str) -> None:
    with pytest.raises(InvalidTemplateError) as caught:
        check_template(template)
    expected = f"Invalid json path reference or predefined variable for placeholder: {named}"
    assert str(caught.value) == expected


def test_template_has_at_most_8192_characters() -> None:
    check_template("x" * 8192)
    with pytest.raises(InvalidTemplateError, match="8192"):
        check_template("x" * 8193)


@pytest.mark.parametrize(
    ("text", "expected"),
    [('{"a":1}', '{"a":1}'), ("plain", '"plain"'), ('"quoted"', '"quoted"'), ("2", "2"), ("", '""')],
)
def test_text_becomes_a_string_in_an_array(text: str, expected: str) -> None:
    assert json_text(text) == expected


@pytest.mark.parametrize("text", ["{key:value}", '{"a": }', '"say "hi""', "[1,"])
def test_json_that_is_broken_fails_where_json_is_needed(text: str) -> None:
    with pytest.raises(TargetError, match="valid JSON"):
        json_text(text)
