"""docker-compose.yml hands every setting to the service that uses it, and opens nothing to the outside."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from sandbox.settings import SETTINGS

REPOSITORY = Path(__file__).parents[3]
TEXT = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
DEFAULTS = {row.name: row.default for row in SETTINGS}

# Where the values of one section of .env.example are used; bootstrap checks the generator's before an order is written.
USERS = {"Generator": ("bootstrap", "generator"), "Delivery stream": ("localstack", "bootstrap")}


def stages() -> dict[str, str]:
    """Return the Dockerfile's stages: name -> text."""
    parts = re.split(r"^FROM \S+ AS (\w+)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("section", USERS)
def test_every_setting_of_a_section_reaches_the_services_that_use_it(section: str) -> None:
    names = {row.name for row in SETTINGS if row.section == section}
    for service in USERS[section]:
        assert names - set(SERVICES[service]["environment"]) == set()


def test_the_notebook_server_knows_its_token_and_the_port_that_it_is_published_on() -> None:
    assert {"NOTEBOOKS_PORT", "NOTEBOOKS_TOKEN"} <= set(SERVICES["notebooks"]["environment"])


def test_a_setting_s_default_is_the_same_here_as_in_the_settings() -> None:
    # WHEN
    repeated = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
    image = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, flags=re.MULTILINE)
    # THEN
    assert image is not None
    assert repeated == {
        **{
            name: DEFAULTS[name]
            for name in ("LOCALSTACK_PORT", "NOTEBOOKS_PORT", "AWS_REGION", "PYTHON_IMAGE")
        },
        "PIP_CONFIG_FILE": "docker/pip.conf",
    }
    assert image[1] == DEFAULTS["PYTHON_IMAGE"]


def test_no_variable_of_a_service_repeats_a_default_as_a_plain_value() -> None:
    for service in SERVICES.values():
        given = {name: value for name, value in service["environment"].items() if name in DEFAULTS}
        assert {name for name, value in given.items() if value is not None} <= {"AWS_REGION"}


@pytest.mark.parametrize("name", SERVICES)
def test_service_builds_its_own_target_and_runs_without_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["build"]["target"] == name
    assert name in stages()
    assert service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "user", "network_mode"} & set(service)
    assert "docker.sock" not in str(service)


def test_every_image_ends_as_the_user_without_privileges() -> None:
    # GIVEN the last USER of each image's own stage; bootstrap and generator take theirs from the stage they stand on
    users = {name: re.findall(r"^USER (\w+)$", text, flags=re.MULTILINE) for name, text in stages().items()}
    # THEN
    assert {name: users[name][-1] for name in ("localstack", "client", "notebooks")} == {
        "localstack": "sandbox",
        "client": "sandbox",
        "notebooks": "sandbox",
    }
    assert users["bootstrap"] == users["generator"] == []


def test_ports_are_published_on_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "localstack": ["127.0.0.1:${LOCALSTACK_PORT:-4566}:4566"],
        "notebooks": ["127.0.0.1:${NOTEBOOKS_PORT:-8888}:8888"],
    }


def test_nothing_starts_before_what_it_needs_is_ready() -> None:
    conditions = {
        name: {on: wait["condition"] for on, wait in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    assert conditions == {
        "localstack": {},
        "bootstrap": {"localstack": "service_healthy"},
        "generator": {"bootstrap": "service_completed_successfully"},
        "notebooks": {"localstack": "service_healthy"},
    }


def test_every_server_is_asked_for_its_health_each_second_or_two() -> None:
    intervals = {
        name: service["healthcheck"]["interval"] for name, service in SERVICES.items() if "ports" in service
    }
    assert set(intervals.values()) <= {"1s", "2s"}
