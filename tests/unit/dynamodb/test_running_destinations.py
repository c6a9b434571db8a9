"""Destinations that follow one another, and their end."""

import json
import threading
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from emulator.dynamodb.kinesis_destination import KinesisDestination
from emulator.dynamodb.running_destinations import RunningDestinations
from tests.clock import ManualClock
from tests.polling import poll_until

CHANGES = "arn:aws:kinesis:eu-north-1:000000000000:stream/changes"
OTHER = "arn:aws:kinesis:eu-north-1:000000000000:stream/other"


class HeldKinesis:
    """Takes records, those of `CHANGES` only while it is open."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = threading.Event()
        self.accepted: list[str] = []

    def put_records(self, *, Records: Sequence[dict[str, Any]], StreamARN: str) -> dict[str, Any]:
        """Accept all, in time."""
        self.asked.set()
        assert StreamARN == OTHER or self.open.wait(10)
        self.accepted += [json.loads(record["Data"])["dynamodb"]["Keys"]["id"]["S"] for record in Records]
        return {"Records": [{"SequenceNumber": "1"} for _ in Records]}


@pytest.fixture
def kinesis() -> HeldKinesis:
    return HeldKinesis()


@pytest.fixture
def running(kinesis: HeldKinesis) -> Iterator[RunningDestinations]:
    running = RunningDestinations()
    yield running
    kinesis.open.set()
    running.stop()


TABLE_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"


def start(
    running: RunningDestinations,
    kinesis: HeldKinesis,
    *names: str,
    stream_arn: str = CHANGES,
    table_arn: str = TABLE_ARN,
) -> KinesisDestination:
    """Start a destination that has some changes to send."""
    destination = KinesisDestination(table_arn, ["id"], stream_arn, kinesis, clock=ManualClock())
    running.start(destination)
    for name in names:
        destination.record(None, {"id": {"S": name}})
    return destination


def test_a_new_destination_waits_for_what_the_one_before_it_has_to_send(
    running: RunningDestinations, kinesis: HeldKinesis
) -> None:
    # GIVEN a destination in the middle of a request, and disabled with another change to send
    first = start(running, kinesis, "a")
    assert kinesis.asked.wait(10)
    first.record(None, {"id": {"S": "b"}})
    first.disable()

    # WHEN it is replaced twice, and a third one sends elsewhere
    second = start(running, kinesis, "c")
    second.disable()
    third = start(running, kinesis, "d")
    start(running, kinesis, "elsewhere", stream_arn=OTHER)
    poll_until("the other stream's change", lambda: kinesis.accepted == ["elsewhere"])
    kinesis.open.set()

    # THEN the changes come in the order in which they were made
    poll_until("all changes", lambda: len(kinesis.accepted) == 5)
    assert kinesis.accepted == ["elsewhere", "a", "b", "c", "d"]
    poll_until("the ends", lambda: first.has_ended and second.has_ended)
    assert not third.has_ended


def test_a_table_of_the_same_name_elsewhere_is_not_waited_for(
    running: RunningDestinations, kinesis: HeldKinesis
) -> None:
    kinesis.open.set()
    start(running, kinesis, "a")

    start(running, kinesis, "b", table_arn=TABLE_ARN.replace("eu-north-1", "us-east-1"))

    poll_until("both changes", lambda: sorted(kinesis.accepted) == ["a", "b"])


def test_a_destination_that_was_replaced_is_stopped_too(
    running: RunningDestinations, kinesis: HeldKinesis
) -> None:
    # GIVEN one in the middle of a request, disabled and replaced
    first = start(running, kinesis, "a")
    assert kinesis.asked.wait(10)
    first.record(None, {"id": {"S": "b"}})
    first.disable()
    second = start(running, kinesis, "c")

    # WHEN all are stopped
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    poll_until("the second to end", lambda: second.has_ended)
    kinesis.open.set()
    stopping.join(10)

    # THEN nothing was sent after the request that was under way
    assert (first.has_ended, kinesis.accepted) == (True, ["a"])


def test_a_destination_that_has_ended_is_let_go(running: RunningDestinations, kinesis: HeldKinesis) -> None:
    kinesis.open.set()
    destination = start(running, kinesis, "a")
    kept = weakref.ref(destination)

    destination.disable()
    del destination

    poll_until("it to be let go", lambda: kept() is None)
    assert kinesis.accepted == ["a"]


def test_a_change_just_before_the_destination_is_disabled_is_sent(
    running: RunningDestinations, kinesis: HeldKinesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a destination that is given a change and disabled right after it found nothing more to send
    kinesis.open.set()
    destination = KinesisDestination(TABLE_ARN, ["id"], CHANGES, kinesis, clock=ManualClock())
    original = destination.send

    def send() -> bool:
        done = original()
        if destination.is_active:
            destination.record(None, {"id": {"S": "last"}})
            destination.disable()
        return done

    monkeypatch.setattr(destination, "send", send)

    # WHEN it is started with something to send
    destination.record(None, {"id": {"S": "first"}})
    running.start(destination)

    # THEN both changes are sent before it ends
    poll_until("the end", lambda: destination.has_ended)
    assert kinesis.accepted == ["first", "last"]
