"""The JSON paths of a pipe's parameters."""

from typing import Any

import pytest

from emulator.pipes.errors import JsonPathError
from emulator.pipes.json_path import JsonPath

DOCUMENT = {
    "eventID": "1",
    "dynamodb": {"Keys": {"order-id": {"S": "383"}}, "NewImage": {"l": {"L": [{"S": "a"}, {"S": "b"}]}}},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", DOCUMENT),
        ("$.eventID", "1"),
        ("$.dynamodb.Keys.order-id.S", "383"),
        ("$.dynamodb.NewImage.l.L[1].S", "b"),
        ("$.dynamodb.NewImage.l.L[*].S", ["a", "b"]),
    ],
)
def test_path_leads_to_the_value(path: str, value: Any) -> None:
    assert JsonPath(path).resolve(DOCUMENT) == value


@pytest.mark.parametrize(
    "path", ["$.nothing", "$.eventID.S", "$.dynamodb[0]", "$.dynamodb.NewImage.l.L[2].S", "$.eventID[*]"]
)
def test_path_that_leads_nowhere_is_an_error(path: str) -> None:
    with pytest.raises(JsonPathError, match="does not exist in the event"):
        JsonPath(path).resolve(DOCUMENT)


@pytest.mark.parametrize("path", ["eventID", "$eventID", "$.", "$.a['b']", "$.a[?(@.b)]", "user-$.a"])
def test_text_that_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(JsonPathError, match="is not a JSON path"):
        JsonPath(path)
