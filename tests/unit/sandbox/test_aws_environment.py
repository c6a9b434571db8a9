"""The variables through which a shell and the processes reach the sandbox."""

import configparser
import subprocess
from pathlib import Path

from sandbox.aws_environment import aws_variables, shell_lines, without_proxy, write_profile
from sandbox.layout import Layout
from sandbox.settings import load_settings

SETTINGS = load_settings({"LOCALSTACK_PORT": "4567", "AWS_REGION": "eu-west-1"}, dotenv=None)


def test_variables_are_boto3_s_own_and_lead_to_the_sandbox() -> None:
    assert aws_variables(SETTINGS) == {
        "AWS_ENDPOINT_URL": "http://localhost:4567",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def test_profile_named_default_exists_for_code_that_asks_for_it(tmp_path: Path) -> None:
    # WHEN
    variables = write_profile(Layout(tmp_path, tmp_path / ".sandbox"), SETTINGS)
    # THEN
    config, credentials = configparser.ConfigParser(), configparser.ConfigParser()
    config.read(variables["AWS_CONFIG_FILE"])
    credentials.read(variables["AWS_SHARED_CREDENTIALS_FILE"])
    assert dict(config["default"]) == {
        "region": "eu-west-1",
        "endpoint_url": "http://localhost:4567",
        "output": "json",
    }
    assert dict(credentials["default"]) == {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def test_calls_to_this_machine_pass_by_a_proxy() -> None:
    assert without_proxy({})["NO_PROXY"] == "localhost,127.0.0.1"
    assert without_proxy({"no_proxy": "localhost,corp"})["no_proxy"] == "localhost,corp,127.0.0.1"


def test_lines_set_a_shell_up_whatever_the_folder_is_called(tmp_path: Path) -> None:
    # GIVEN
    layout = Layout(tmp_path / "it's a folder", tmp_path / "it's a folder" / ".sandbox")
    lines = shell_lines(layout, SETTINGS, {})
    # WHEN
    answer = subprocess.run(
        ["/bin/sh", "-c", 'eval "$LINES_"; echo "$AWS_ENDPOINT_URL|$AWS_PROFILE|$AWS_CONFIG_FILE|$PATH"'],
        env={"LINES_": lines, "AWS_PROFILE": "work", "PATH": "/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    # THEN
    assert answer.stdout.strip().split("|") == [
        "http://localhost:4567",
        "",
        str(layout.aws / "config"),
        f"{layout.venv / 'bin'}:/bin",
    ]
