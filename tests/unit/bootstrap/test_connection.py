"""Finding the endpoint."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from bootstrap.connection import find_place
from bootstrap.errors import BootstrapError
from tests.unit.bootstrap.fake_aws import PLACE, make_aws

ENDPOINT = "http://localhost:1"
REFUSED = EndpointConnectionError(endpoint_url=ENDPOINT)


class FakeSts:
    """Knows the account once it has failed as told."""

    def __init__(self, *errors: Exception) -> None:
        self.meta = SimpleNamespace(endpoint_url=ENDPOINT, region_name="eu-north-1")
        self._errors = list(errors)

    def get_caller_identity(self) -> dict[str, Any]:
        if self._errors:
            raise self._errors.pop(0)
        return {"Account": "000000000000", "Arn": "arn:aws:iam::000000000000:root"}


def answer(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "text"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "GetCallerIdentity",
    )


def test_endpoint_that_answers_needs_no_words() -> None:
    # WHEN the endpoint answers at once
    lines: list[str] = []
    place = find_place(FakeSts(), lines.append, make_aws().wait)  # type: ignore[arg-type]

    # THEN account and region are known
    assert (place, lines) == (PLACE, [])


def test_endpoint_that_starts_is_waited_for_with_one_line() -> None:
    # GIVEN an endpoint that refuses, then is there but not ready, then answers
    lines: list[str] = []
    sts = FakeSts(REFUSED, REFUSED, answer("ServiceUnavailable", 503))

    # WHEN it is asked
    place = find_place(sts, lines.append, make_aws().wait)  # type: ignore[arg-type]

    # THEN it was waited for, and that was said once
    assert place == PLACE
    assert lines == [f"Waiting up to 60 s for {ENDPOINT} ({REFUSED})"]


def test_endpoint_that_stays_away_says_what_to_do() -> None:
    # GIVEN an endpoint that never answers
    aws = make_aws()
    sts = FakeSts(*[REFUSED] * 1_000)

    # WHEN it is asked, THEN it is given up after a minute
    with pytest.raises(
        BootstrapError, match=r"nothing answers at http://localhost:1 after 60 s: start the sandbox"
    ):
        find_place(sts, lambda _: None, aws.wait)  # type: ignore[arg-type]
    assert 60 <= aws.wait.now() <= 65


def test_refused_credentials_are_not_waited_for() -> None:
    # GIVEN credentials that the endpoint does not know
    aws = make_aws()

    # WHEN it is asked, THEN it is given up at once
    with pytest.raises(BootstrapError, match="does not accept these credentials"):
        find_place(FakeSts(answer("InvalidClientTokenId", 403)), lambda _: None, aws.wait)  # type: ignore[arg-type]
    assert aws.wait.now() == 0
