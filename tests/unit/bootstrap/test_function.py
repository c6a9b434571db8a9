"""The function: made once, its code and its configuration changed where they differ."""

import pytest

from bootstrap.errors import BootstrapError
from bootstrap.function import ensure_function
from bootstrap.resource import Outcome, Resource
from tests.unit.bootstrap.fake_aws import FakeLambda, make_aws


def test_first_run_creates_and_second_changes_nothing() -> None:
    # GIVEN no function
    lambda_ = FakeLambda()
    aws = make_aws(lambda_=lambda_)

    # WHEN it is made twice
    resources = [ensure_function(aws) for _ in range(2)]

    # THEN it is created once, as documented
    assert resources == [
        Resource("arn:transformlambda", Outcome.CREATED),
        Resource("arn:transformlambda", Outcome.UNCHANGED),
    ]
    assert lambda_.calls == ["create"]
    assert lambda_.function is not None
    assert {
        name: lambda_.function[name] for name in ("Runtime", "Handler", "Role", "Timeout", "MemorySize")
    } == {
        "Runtime": "python3.13",
        "Handler": "transform.handler.lambda_handler",
        "Role": "arn:aws:iam::000000000000:role/transformlambda-role",
        "Timeout": 60,
        "MemorySize": 256,
    }


@pytest.mark.parametrize(
    ("difference", "calls"),
    [
        ({"CodeSha256": "other"}, ["update code"]),
        ({"Timeout": 3}, ["update configuration"]),
        ({"CodeSha256": "other", "Handler": "index.handler"}, ["update code", "update configuration"]),
    ],
)
def test_what_differs_is_updated(difference: dict[str, object], calls: list[str]) -> None:
    # GIVEN a function that somebody changed
    lambda_ = FakeLambda()
    aws = make_aws(lambda_=lambda_)
    ensure_function(aws)
    assert lambda_.function is not None
    lambda_.function |= difference

    # WHEN it is made twice again, THEN what differs is updated once
    assert [ensure_function(aws).outcome for _ in range(2)] == [Outcome.UPDATED, Outcome.UNCHANGED]
    assert lambda_.calls[1:] == calls


def test_failed_function_says_why() -> None:
    # GIVEN a function that cannot be made ready
    class FailingLambda(FakeLambda):
        def get_function_configuration(self, FunctionName: str) -> dict[str, object]:
            described = super().get_function_configuration(FunctionName)
            return {**described, "State": "Failed", "StateReason": "no luck"}

    # WHEN it is made, THEN the reason is passed on
    with pytest.raises(BootstrapError, match="transformlambda cannot be made ready: no luck"):
        ensure_function(make_aws(lambda_=FailingLambda()))
