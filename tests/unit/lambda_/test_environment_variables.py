"""The environment that a function's process gets."""

import sys
from pathlib import Path

from emulator.lambda_.environment_variables import function_environment

PLATFORM = {
    "AWS_LAMBDA_FUNCTION_NAME": "transformlambda",
    "AWS_REGION": "eu-north-1",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "LOCALSTACK_HOSTNAME": "127.0.0.1",
    "EDGE_PORT": "4566",
}
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def environment(configured: dict[str, str], log_format: str = "Text") -> dict[str, str]:
    return function_environment(
        PLATFORM,
        configured,
        runtime="python3.9",
        runtime_directory=Path("/runtime"),
        task_root=Path("/e/task"),
        layers=Path("/e/opt"),
        temporary_directory=Path("/e/tmp"),
        log_format=log_format,
    )


def test_function_gets_lambdas_variables_and_its_own_and_no_others() -> None:
    assert environment({"STAGE": "test"}) == {
        "STAGE": "test",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/e/opt/bin",
        "LD_LIBRARY_PATH": "/e/task:/e/task/lib:/e/opt/lib",
        "PYTHONPATH": "/e/task:/e/opt/python/lib/python3.9/site-packages:"
        f"/e/opt/python/lib/{PYTHON}/site-packages:/e/opt/python",
        "TMPDIR": "/e/tmp",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_LAMBDA_FUNCTION_NAME": "transformlambda",
        "AWS_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.9",
        "LAMBDA_TASK_ROOT": "/e/task",
        "LAMBDA_RUNTIME_DIR": "/runtime",
    }


def test_function_may_set_the_defaults_but_not_the_reserved_variables() -> None:
    # WHEN
    variables = environment({"TZ": "Europe/Stockholm", "AWS_REGION": "us-east-1", "PYTHONPATH": "/extra"})

    # THEN
    assert (variables["TZ"], variables["AWS_REGION"]) == ("Europe/Stockholm", "eu-north-1")
    assert variables["PYTHONPATH"].split(":")[::4] == ["/e/task", "/extra"]


def test_variable_of_the_emulators_name_is_kept_when_the_function_sets_it() -> None:
    assert environment({"EDGE_PORT": "1"})["EDGE_PORT"] == "1"


def test_log_format_json_reaches_the_runtime_with_its_level() -> None:
    # WHEN
    variables = environment({}, log_format="JSON")

    # THEN
    assert (variables["AWS_LAMBDA_LOG_FORMAT"], variables["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", "INFO")


def test_paths_of_lambdas_file_system_lead_to_the_environments_directories() -> None:
    # WHEN
    variables = environment(
        {"PYTHONPATH": "/opt/more:/var/task/lib:/optional", "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}
    )

    # THEN
    assert variables["PYTHONPATH"].split(":")[4:] == ["/e/opt/more", "/e/task/lib", "/optional"]
    assert variables["AWS_LAMBDA_EXEC_WRAPPER"] == "/e/opt/wrapper"
