"""What `docker compose ps` says, as parts."""

import json

import pytest

from sandbox.docker import parse_rows, part_of
from sandbox.runner import Part

ROW = {"Service": "generator", "State": "running", "Status": "Up 5 seconds", "Health": "", "ExitCode": 0}


@pytest.mark.parametrize(
    "text",
    [f"{json.dumps(ROW)}\n{json.dumps(ROW)}\n", json.dumps([ROW, ROW])],
    ids=["an-object-a-line", "one-list"],
)
def test_both_forms_of_the_listing_are_read(text: str) -> None:
    assert parse_rows(text) == [ROW, ROW]


def test_empty_listing_has_no_rows() -> None:
    assert parse_rows("") == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "running"),
        ({"Health": "healthy"}, "running"),
        ({"Health": "starting"}, "starting"),
        ({"State": "created"}, "starting"),
        ({"Health": "unhealthy"}, "failed"),
        ({"State": "restarting"}, "failed"),
        ({"State": "exited"}, "done"),
        ({"State": "exited", "ExitCode": 1}, "failed"),
        ({"State": "dead"}, "failed"),
    ],
)
def test_state_of_a_container_is_told_in_our_words(changed: dict[str, object], expected: str) -> None:
    part = part_of("generator", {**ROW, **changed})
    assert (part.name, part.state, part.since) == ("generator", expected, "Up 5 seconds")


def test_service_without_a_container_is_stopped() -> None:
    assert part_of("generator", None) == Part("generator", "stopped", "no container")
