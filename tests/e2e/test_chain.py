"""Orders travel the whole way, nothing goes missing, and what is killed comes back."""

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.e2e.running import RunningSandbox
from tests.hops import HOPS, Hop, delivered_rows, failed_records, notebook_server_version
from tests.polling import poll_until


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: hop.identifier)
def test_orders_cross_every_hop(sandbox: RunningSandbox, hop: Hop) -> None:
    assert poll_until(f"something to cross {hop.identifier}", lambda: hop.evidence(sandbox))


def test_rows_carry_the_order_and_its_change(sandbox: RunningSandbox) -> None:
    row = poll_until("a delivered row", lambda: delivered_rows(sandbox))[0]

    assert list(row) == [
        *("orderid", "product_name", "quantity", "price"),
        *("event_id", "event_name", "event_time", "sequence_number"),
    ]


def test_a_malformed_item_ends_under_the_error_prefix(sandbox: RunningSandbox) -> None:
    (failed, *_) = poll_until("a failed record", lambda: failed_records(sandbox))

    assert (failed["errorCode"], failed["attemptsMade"]) == ("Lambda.ProcessingFailedStatus", 1)


def test_the_notebook_server_answers(sandbox: RunningSandbox) -> None:
    assert poll_until("the notebook server", lambda: _version(sandbox))


def test_verify_finds_nothing_missing(sandbox: RunningSandbox) -> None:
    poll_until("rows", lambda: delivered_rows(sandbox))

    answer = sandbox.verify("--wait", "120")

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("part", ["generator", "notebooks", "localstack"])
def test_a_killed_part_comes_back_and_nothing_is_missing(sandbox: RunningSandbox, part: str) -> None:
    # GIVEN orders that flow
    before = poll_until("rows", lambda: _event_ids(sandbox))

    # WHEN the part is killed without warning
    sandbox.kill(part)

    # THEN new orders are delivered, the notebook server answers, and the accounts balance
    poll_until(f"new rows after {part} was killed", lambda: _event_ids(sandbox) - before)
    poll_until("the notebook server", lambda: _version(sandbox))
    answer = sandbox.verify("--wait", "120")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def _event_ids(sandbox: RunningSandbox) -> set[str]:
    try:
        return {row["event_id"] for row in delivered_rows(sandbox)}
    except (BotoCoreError, ClientError):  # while the emulator is away or empty
        return set()


def _version(sandbox: RunningSandbox) -> str | None:
    try:
        return notebook_server_version(sandbox.notebooks_url)
    except OSError:  # while the server is away
        return None
