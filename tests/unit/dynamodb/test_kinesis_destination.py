"""What a table's Kinesis destination sends, and when it sends it again.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html
"""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.dynamodb.kinesis_destination import KinesisDestination
from tests.clock import ManualClock
from tests.polling import poll_until

STREAM_ARN = "arn:aws:kinesis:eu-north-1:000000000000:stream/changes"
ITEM = {"id": {"S": "test"}}
CHANGED = {"id": {"S": "test"}, "b": {"B": "AAEC"}}


class FakeKinesis:
    """Accepts records, unless told what to answer first."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.accepted: list[dict[str, Any]] = []

    def put_records(self, *, Records: Sequence[dict[str, Any]], StreamARN: str) -> dict[str, Any]:
        """Raise the next answer, or refuse the records whose index is in it."""
        assert StreamARN == STREAM_ARN
        answer = self.answers.pop(0) if self.answers else ()
        if isinstance(answer, Exception):
            raise answer
        self.accepted += [record for index, record in enumerate(Records) if index not in answer]
        return {
            "FailedRecordCount": len(answer),
            "Records": [
                {"ErrorCode": "ProvisionedThroughputExceededException"}
                if index in answer
                else {"SequenceNumber": "1"}
                for index in range(len(Records))
            ],
        }

    def bodies(self) -> list[dict[str, Any]]:
        """Return what was accepted, parsed."""
        return [json.loads(record["Data"]) for record in self.accepted]


TABLE_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"


def error(code: str) -> ClientError:
    """Return what boto3 raises."""
    return ClientError({"Error": {"Code": code, "Message": code}}, "PutRecords")


def make_destination(
    client: FakeKinesis, precision: str | None = None, clock: ManualClock | None = None
) -> KinesisDestination:
    """Return the destination of a table with the hash key `id`."""
    return KinesisDestination(TABLE_ARN, ["id"], STREAM_ARN, client, precision, clock or ManualClock())


def test_a_record_has_the_shape_recorded_on_aws() -> None:
    # GIVEN a clock in the middle of a second
    kinesis = FakeKinesis()
    destination = make_destination(kinesis, clock=ManualClock(1_767_225_600.25))

    # WHEN an item is inserted
    destination.record(None, ITEM)
    assert destination.send()

    # THEN the record is the one that LocalStack's suite recorded on AWS, times in milliseconds
    (body,) = kinesis.bodies()
    assert len(body.pop("eventID")) == 36
    assert body == {
        "awsRegion": "eu-north-1",
        "eventName": "INSERT",
        "userIdentity": None,
        "recordFormat": "application/json",
        "tableName": "Orders",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_767_225_600_250,
            "Keys": ITEM,
            "NewImage": ITEM,
            "SizeBytes": 12,
        },
        "eventSource": "aws:dynamodb",
    }


def test_microseconds_are_said_in_the_record() -> None:
    kinesis = FakeKinesis()
    destination = make_destination(kinesis, "MICROSECOND", ManualClock(1_767_225_600.25))

    destination.record(None, ITEM)
    destination.send()

    change = kinesis.bodies()[0]["dynamodb"]
    assert change["ApproximateCreationDateTime"] == 1_767_225_600_250_000
    assert change["ApproximateCreationDateTimePrecision"] == "MICROSECOND"


def test_changes_and_removals_have_their_images_and_one_partition_key_per_item() -> None:
    kinesis = FakeKinesis()
    destination = make_destination(kinesis)

    destination.record(ITEM, CHANGED)
    destination.record(CHANGED, dict(CHANGED))
    destination.record(CHANGED, None, {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"})
    destination.record(None, {"id": {"S": "other"}})
    destination.send()

    modified, removed, other = kinesis.bodies()
    assert (modified["eventName"], removed["eventName"], other["eventName"]) == ("MODIFY", "REMOVE", "INSERT")
    assert (modified["dynamodb"]["OldImage"], modified["dynamodb"]["NewImage"]) == (ITEM, CHANGED)
    assert removed["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
    assert "NewImage" not in removed["dynamodb"]
    keys = [record["PartitionKey"] for record in kinesis.accepted]
    assert (keys[0] == keys[1], keys[1] == keys[2]) == (True, False)


def test_what_is_not_accepted_is_sent_again_before_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a stream that takes the second of three records at first
    monkeypatch.setattr("emulator.dynamodb.kinesis_destination.RETRY_SECONDS", 0.0)
    kinesis = FakeKinesis((0, 2))
    destination = make_destination(kinesis)
    for name in "abc":
        destination.record(None, {"id": {"S": name}})

    assert destination.send()

    assert [body["dynamodb"]["Keys"]["id"]["S"] for body in kinesis.bodies()] == ["b", "a", "c"]


@pytest.mark.parametrize("code", ["InternalFailure", "ResourceNotFoundException"])
def test_changes_wait_while_the_stream_cannot_be_written(code: str) -> None:
    kinesis = FakeKinesis(error(code))
    destination = make_destination(kinesis)
    destination.record(None, ITEM)

    assert (destination.send(), kinesis.accepted) == (False, [])
    assert (destination.send(), len(kinesis.accepted)) == (True, 1)


def test_a_record_that_kinesis_refuses_is_logged_and_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a stream that refuses the request, and then the first of its records alone
    kinesis = FakeKinesis(error("ValidationException"), error("ValidationException"))
    destination = make_destination(kinesis)
    destination.record(None, ITEM)
    destination.record(None, {"id": {"S": "other"}})

    assert destination.send()

    assert [body["dynamodb"]["Keys"]["id"]["S"] for body in kinesis.bodies()] == ["other"]
    assert ["refused a change" in message for message in caplog.messages] == [True]


def test_a_disabled_destination_sends_what_it_has_and_takes_no_more() -> None:
    kinesis = FakeKinesis()
    destination = make_destination(kinesis)
    destination.record(None, ITEM)
    destination.disable()
    destination.record(None, {"id": {"S": "late"}})

    assert destination.send()

    assert (len(kinesis.accepted), destination.status) == (1, "DISABLED")


def test_the_worker_sends_as_changes_come() -> None:
    kinesis = FakeKinesis()
    destination = make_destination(kinesis)
    destination.start()

    destination.record(None, ITEM)
    poll_until("the first change", lambda: len(kinesis.accepted) == 1)
    destination.record(ITEM, CHANGED)
    poll_until("the second change", lambda: len(kinesis.accepted) == 2)
    destination.stop()
    destination.join()

    assert [body["eventName"] for body in kinesis.bodies()] == ["INSERT", "MODIFY"]


def test_the_last_record_of_an_item_is_its_newest_when_some_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN three changes of one item and one of another, of which the first is refused at first
    monkeypatch.setattr("emulator.dynamodb.kinesis_destination.RETRY_SECONDS", 0.0)
    kinesis = FakeKinesis((0,))
    destination = make_destination(kinesis)
    destination.record(None, ITEM)
    destination.record(ITEM, CHANGED)
    destination.record(None, {"id": {"S": "other"}})
    destination.record(CHANGED, None)

    # WHEN they are sent
    assert destination.send()

    # THEN what followed the refused one is sent again after it, and nothing of another item is
    keys = [body["dynamodb"]["Keys"] for body in kinesis.bodies()]
    names = [body["eventName"] for body in kinesis.bodies() if body["dynamodb"]["Keys"] == keys[0]]
    assert names == ["MODIFY", "REMOVE", "INSERT", "MODIFY", "REMOVE"]
    assert keys.count({"id": {"S": "other"}}) == 1


def test_what_was_sent_is_not_held_any_more(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN more changes than the backlog may hold, each of them sent at once
    destination = make_destination(FakeKinesis())
    for number in range(200):
        destination.record(None, {"id": {"S": str(number)}, "text": {"S": "x" * 400_000}})
        assert destination.send()

    # THEN no warning says that some were lost
    assert caplog.text == ""


def test_what_the_backlog_cannot_hold_is_told_with_its_route_and_limit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    destination = make_destination(FakeKinesis())

    for number in range(170):
        destination.record(None, {"id": {"S": str(number)}, "text": {"S": "x" * 400_000}})

    assert (
        f"Orders to {STREAM_ARN}: the emulator keeps at most 64 MiB of what waits for a data stream; "
        in caplog.text
    )
