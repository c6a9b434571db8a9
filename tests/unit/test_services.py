"""The two descriptions of the running sandbox, supervisord.conf and docker-compose.yml, agree with the settings."""

import configparser
import re
from pathlib import Path

import pytest

from sandbox.host import HostRunner
from sandbox.layout import Layout
from sandbox.runner import PARTS
from sandbox.settings import SETTINGS, setting_values

REPOSITORY = Path(__file__).parents[2]
COMPOSE = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
# Where the parts run and which base their images have is no matter of the parts themselves.
NOT_PASSED = {"MODE"}


@pytest.fixture
def supervisord() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",))
    parser.read(REPOSITORY / "supervisord.conf")
    return parser


def programs(parser: configparser.ConfigParser) -> dict[str, configparser.SectionProxy]:
    return {
        name.removeprefix("program:"): section
        for name, section in parser.items()
        if name.startswith("program:")
    }


def test_host_mode_has_the_parts_and_what_keeps_their_order(supervisord: configparser.ConfigParser) -> None:
    assert tuple(programs(supervisord)) == (*PARTS, "conductor")


def test_compose_has_the_parts() -> None:
    services = COMPOSE.partition("\nservices:\n")[2].partition("\nsecrets:")[0].partition("\nvolumes:")[0]
    assert tuple(re.findall(r"^  ([a-z]+):$", services, flags=re.MULTILINE)) == PARTS


def test_every_setting_reaches_the_containers() -> None:
    missing = {row.name for row in SETTINGS if row.name not in COMPOSE} - NOT_PASSED
    assert missing == set()


def test_every_value_that_supervisord_asks_for_is_supplied(
    supervisord: configparser.ConfigParser, tmp_path: Path
) -> None:
    # GIVEN
    asked = set(re.findall(r"%\(ENV_(\w+)\)s", (REPOSITORY / "supervisord.conf").read_text(encoding="utf-8")))
    runner = HostRunner(Layout(REPOSITORY, tmp_path), {"PATH": "/bin", "AWS_PROFILE": "work"})
    # WHEN
    environment = runner.environment(setting_values({}, None), "token")
    # THEN
    assert asked - set(environment) == set()
    assert {row.name for row in SETTINGS} - set(environment) == set()
    assert environment["NOTEBOOKS_TOKEN"] == "token"
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL"} & set(environment)


def test_nothing_listens_beyond_this_machine(supervisord: configparser.ConfigParser) -> None:
    assert "inet_http_server" not in supervisord
    assert 'GATEWAY_LISTEN="127.0.0.1:' in programs(supervisord)["localstack"]["environment"]


@pytest.mark.parametrize("name", [*PARTS, "conductor"])
def test_program_runs_the_module_of_its_name_and_rotates_its_log(
    supervisord: configparser.ConfigParser, name: str
) -> None:
    module = {"localstack": "emulator", "conductor": "sandbox.conductor"}.get(name, name)
    program = programs(supervisord)[name]
    assert program["command"] == f'"%(ENV_SANDBOX_PYTHON)s" -m sandbox.child {name} -m {module}'
    assert program["stdout_logfile"] == f"%(ENV_SANDBOX_DIR)s/logs/{name}.log"
    assert program["stdout_logfile_maxbytes"].endswith("MB")
    assert program["killasgroup"] == "true"


def test_every_dependency_has_its_reason() -> None:
    # GIVEN
    named = {
        re.split(r"[\[=<>]", line)[0]
        for path in (REPOSITORY / "requirements").glob("*.in")
        for line in path.read_text(encoding="utf-8").split("\n")
        if line and not line.startswith(("#", "-r"))
    }
    documented = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
    # THEN
    rows = "\n".join(line.split("|")[1] for line in documented.splitlines() if line.startswith("| `"))
    assert named == {re.split(r"\[", name)[0] for name in re.findall(r"`([^`]+)`", rows)}
