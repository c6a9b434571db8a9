"""Filtering pipes and cutting the list into pages."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.pipes.pipe import Pipe

DEFAULT_LIMIT = 100
TOKEN_LIFETIME_SECONDS = 24 * 60 * 60


class InvalidTokenError(ValueError):
    """A NextToken that was not given out, or that is too old."""


@dataclass(frozen=True, slots=True)
class PipeFilter:
    """What ListPipes selects by; None selects everything."""

    name_prefix: str | None = None
    source_prefix: str | None = None
    target_prefix: str | None = None
    desired_state: str | None = None
    current_state: str | None = None

    def matches(self, pipe: Pipe) -> bool:
        """Tell whether a pipe is selected."""
        definition = pipe.definition
        return (
            pipe.name.startswith(self.name_prefix or "")
            and definition.source_arn.startswith(self.source_prefix or "")
            and definition.target_arn.startswith(self.target_prefix or "")
            and self.desired_state in (None, pipe.desired_state)
            and self.current_state in (None, pipe.current_state)
        )


def page(
    pipes: Iterable[Pipe], pipe_filter: PipeFilter, limit: int | None, next_token: str | None, now: float
) -> tuple[list[Pipe], str | None]:
    """Return the selected pipes in the order of their names, and the token of the next page.

    Raises:
        InvalidTokenError: the token is not valid, or older than 24 hours.
    """
    after = _read_token(next_token, now) if next_token else ""
    selected = sorted(
        (pipe for pipe in pipes if pipe.name > after and pipe_filter.matches(pipe)),
        key=lambda pipe: pipe.name,
    )
    size = limit or DEFAULT_LIMIT
    if len(selected) <= size:
        return selected, None
    return selected[:size], _write_token(selected[size - 1].name, now)


def _write_token(name: str, now: float) -> str:
    return base64.urlsafe_b64encode(json.dumps([name, now]).encode()).decode()


def _read_token(token: str, now: float) -> str:
    try:
        name, issued_at = json.loads(base64.urlsafe_b64decode(token))
        age_seconds = now - float(issued_at)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidTokenError("NextToken is not valid") from error
    if age_seconds > TOKEN_LIFETIME_SECONDS:
        raise InvalidTokenError("NextToken has expired")
    return str(name)
