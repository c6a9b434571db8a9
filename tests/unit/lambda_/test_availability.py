"""What a function may ask for, and how the rest is refused."""

from typing import Any

import pytest

from emulator.lambda_.availability import (
    NotAvailableError,
    check_configuration,
    check_runtime,
    interpreter_runtime,
)


@pytest.mark.parametrize("runtime", ["python3.9", "python3.13", interpreter_runtime(), ""])
def test_every_python_3_can_run(runtime: str) -> None:
    check_runtime(runtime)


@pytest.mark.parametrize("runtime", ["nodejs22.x", "java21", "provided.al2023", "python2.7"])
def test_other_runtime_is_refused_and_the_available_one_is_named(runtime: str) -> None:
    # WHEN
    with pytest.raises(NotAvailableError) as refusal:
        check_runtime(runtime)

    # THEN
    assert str(refusal.value) == (
        f"Runtime {runtime} is not available in this emulator; "
        f"available: {interpreter_runtime()} (a function of any python3.x runs on it)."
    )


def test_container_image_is_refused() -> None:
    with pytest.raises(NotAvailableError, match="PackageType Image"):
        check_runtime(None)


@pytest.mark.parametrize(
    ("request_fields", "field"),
    [
        ({"LoggingConfig": {"LogGroup": "/elsewhere"}}, "LoggingConfig.LogGroup"),
        ({"FileSystemConfigs": [{"Arn": "arn", "LocalMountPath": "/mnt/a"}]}, "FileSystemConfigs"),
        ({"Code": {"S3Bucket": "hot-reload"}}, "Code.S3Bucket"),
    ],
)
def test_setting_that_would_have_no_effect_is_refused_by_name(
    request_fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(NotAvailableError, match=field):
        check_configuration(request_fields, "f", "hot-reload")


@pytest.mark.parametrize(
    "function_name",
    ["f", "arn:aws:lambda:eu-north-1:000000000000:function:f", "000000000000:function:f", "f:live"],
)
def test_log_group_of_the_functions_own_name_is_accepted(function_name: str) -> None:
    check_configuration({"LoggingConfig": {"LogGroup": "/aws/lambda/f"}}, function_name, "hot-reload")
