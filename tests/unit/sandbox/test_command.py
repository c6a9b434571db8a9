"""What `make up` does to a sandbox that runs already."""

from sandbox.command import starts
from sandbox.runner import Part


def test_parts_that_do_not_run_are_started_and_bootstrap_creates_what_was_deleted() -> None:
    # GIVEN
    parts = [
        Part("localstack", "running", ""),
        Part("bootstrap", "done", ""),
        Part("generator", "stopped", ""),
        Part("notebooks", "failed", ""),
    ]

    # WHEN / THEN
    assert starts(parts) == [
        ("bootstrap", "which puts right what was deleted or changed"),
        ("generator", "which had been stopped"),
        ("notebooks", "which had ended"),
    ]


def test_a_generator_that_wrote_all_it_was_asked_for_and_a_bootstrap_at_work_are_left_alone() -> None:
    # GIVEN
    parts = [Part("bootstrap", "running", ""), Part("generator", "done", "")]

    # WHEN / THEN
    assert starts(parts) == []
