"""Requests against the API's model, in the words of the validator that AWS has there.

https://github.com/hashicorp/terraform-provider-aws/issues/32423 (the text for a number below its minimum)
"""

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from emulator.pipes.validation import model_errors
from tests.unit.pipes.fakes import ROLE_ARN, STREAM_ARN, TARGET_ARN


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    """Return the model of EventBridge Pipes."""
    return ServiceModel(Loader().load_service_model("pipes", "service-2"), "pipes")


def create_errors(model: ServiceModel, changes: dict[str, Any]) -> list[str]:
    """Return what is wrong with a CreatePipe request."""
    request = {
        "Name": "orders-pipe",
        "Source": STREAM_ARN,
        "Target": TARGET_ARN,
        "RoleArn": ROLE_ARN,
        **changes,
    }
    shape = model.operation_model("CreatePipe").input_shape
    assert shape is not None
    return model_errors(request, shape)


def block(**values: Any) -> dict[str, Any]:
    """Return source parameters."""
    return {"SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", **values}}}


def test_good_request_has_no_errors(model: ServiceModel) -> None:
    assert (
        create_errors(model, block(BatchSize=1, MaximumRetryAttempts=-1, MaximumRecordAgeInSeconds=-1)) == []
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (block(BatchSize=0), "numeric instance is lower than the required minimum (minimum: 1, found: 0)"),
        (
            block(MaximumRetryAttempts=-2),
            "numeric instance is lower than the required minimum (minimum: -1, found: -2)",
        ),
        (
            block(MaximumBatchingWindowInSeconds=301),
            "numeric instance is greater than the required maximum (maximum: 300, found: 301)",
        ),
        (
            block(StartingPosition="AT_TIMESTAMP"),
            'instance value ("AT_TIMESTAMP") not found in enum (possible values: ["LATEST","TRIM_HORIZON"])',
        ),
        ({"Name": "a" * 65}, f'string "{"a" * 65}" is too long (length: 65, maximum allowed: 64)'),
        ({"Name": "a b"}, 'ECMA 262 regex "[\\.\\-_A-Za-z0-9]+" does not match input string "a b"'),
        ({"RoleArn": None}, 'object has missing required properties (["RoleArn"])'),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 6}}},
            "array has too many elements: at most 5 are allowed but instance has 6",
        ),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": 5}]}}},
            'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
        ),
        ({"Tags": {"": "x"}}, 'string "" is too short (length: 0, required minimum: 1)'),
    ],
)
def test_request_outside_the_model(model: ServiceModel, changes: dict[str, Any], error: str) -> None:
    assert create_errors(model, changes) == [error]


def test_every_error_is_named(model: ServiceModel) -> None:
    assert len(create_errors(model, {**block(BatchSize=0), "Name": "a b"})) == 2
