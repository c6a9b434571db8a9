"""Filters and pages of ListPipes.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_ListPipes.html
"""

from dataclasses import replace

import pytest

from emulator.pipes.listing import InvalidTokenError, PipeFilter, page
from emulator.pipes.pipe import Pipe
from tests.unit.pipes.fakes import STREAM_ARN, TARGET_ARN, Surroundings

NOW = 1_767_225_600.0


def pipe(name: str, current_state: str = "RUNNING", desired_state: str = "RUNNING") -> Pipe:
    """Return a pipe with this name."""
    return replace(Surroundings().pipe, name=name, current_state=current_state, desired_state=desired_state)


def names(pipes: list[Pipe]) -> list[str]:
    """Return the names of pipes."""
    return [listed.name for listed in pipes]


@pytest.mark.parametrize(
    ("pipe_filter", "expected"),
    [
        (PipeFilter(), ["orders", "orders-2", "sales"]),
        (PipeFilter(name_prefix="orders"), ["orders", "orders-2"]),
        (PipeFilter(source_prefix=STREAM_ARN[:30]), ["orders", "orders-2", "sales"]),
        (PipeFilter(source_prefix="arn:aws:sqs"), []),
        (PipeFilter(target_prefix=TARGET_ARN), ["orders", "orders-2", "sales"]),
        (PipeFilter(target_prefix="arn:aws:sqs"), []),
        (PipeFilter(desired_state="STOPPED"), ["sales"]),
        (PipeFilter(current_state="STOPPING"), ["sales"]),
        (PipeFilter(name_prefix="orders", current_state="STOPPING"), []),
    ],
)
def test_filter_selects(pipe_filter: PipeFilter, expected: list[str]) -> None:
    # GIVEN three pipes, in no order
    pipes = [pipe("sales", "STOPPING", "STOPPED"), pipe("orders-2"), pipe("orders")]

    # WHEN they are listed
    listed, token = page(pipes, pipe_filter, None, None, NOW)

    # THEN the selected ones come in the order of their names
    assert (names(listed), token) == (expected, None)


def test_pages_have_the_limit_and_follow_each_other() -> None:
    # GIVEN five pipes
    pipes = [pipe(name) for name in "abcde"]

    # WHEN they are listed two at a time
    pages, token = [], None
    while True:
        listed, token = page(pipes, PipeFilter(), 2, token, NOW)
        pages.append(names(listed))
        if token is None:
            break

    # THEN every one comes once
    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_page_goes_on_after_a_pipe_that_was_deleted_meanwhile() -> None:
    # GIVEN the token of a first page
    _, token = page([pipe(name) for name in "abc"], PipeFilter(), 1, None, NOW)

    # WHEN the pipe it ended with is gone
    listed, _ = page([pipe(name) for name in "bc"], PipeFilter(), 1, token, NOW)

    # THEN the next one follows
    assert names(listed) == ["b"]


def test_token_is_valid_for_a_day() -> None:
    # GIVEN the token of a first page
    pipes = [pipe(name) for name in "ab"]
    _, token = page(pipes, PipeFilter(), 1, None, NOW)

    # THEN it is refused a day later
    with pytest.raises(InvalidTokenError, match="expired"):
        page(pipes, PipeFilter(), 1, token, NOW + 24 * 3600 + 1)


@pytest.mark.parametrize("token", ["x", "!!!!", "bnVsbA==", "åäö"])
def test_text_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidTokenError, match="not valid"):
        page([], PipeFilter(), None, token, NOW)
