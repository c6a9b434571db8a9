"""What becomes of a batch that a function fails.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from emulator.lambda_.event_source_mapping.function_target import first_failed_index
from tests.unit.lambda_.event_source_mapping.fakes import (
    BUCKET_ARN,
    FUNCTION_ARN,
    TOPIC_ARN,
    UUID,
    Subject,
    to,
)
from tests.unit.pipes.fakes import QUEUE_ARN, STREAM_ARN, client_error
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN, SHARD


def fails_for_bad(values: Sequence[str], numbers: Sequence[str]) -> None:
    """Raise as a function that cannot handle one record."""
    if "bad" in values:
        raise ValueError("bad order")


def reports_bad(values: Sequence[str], numbers: Sequence[str]) -> dict[str, Any]:
    """Report the bad records, the last one first."""
    failed = [number for value, number in zip(values, numbers, strict=True) if value.startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in reversed(failed)]}


REPORTS: dict[str, Any] = {"behaviour": reports_bad, "FunctionResponseTypes": ["ReportBatchItemFailures"]}


def test_a_batch_is_repeated_whole_until_its_attempts_are_used_up() -> None:
    # GIVEN a mapping with two retries
    subject = Subject(behaviour=fails_for_bad, MaximumRetryAttempts=2, BatchSize=2, DestinationConfig=to())
    for value in ("a", "bad", "c"):
        subject.stream.write(value)

    # WHEN
    subject.run(60)

    # THEN the batch is given up and the shard goes on
    assert subject.batches == [["a", "bad"]] * 3 + [["c"]]
    assert [failure["requestContext"]["approximateInvokeCount"] for failure in subject.failures] == [3]
    assert subject.results == ["PROBLEM: Function call failed"] * 3 + ["OK"]


def test_bisecting_isolates_the_failing_record_in_order_and_uses_up_no_attempt() -> None:
    # GIVEN a mapping that splits a failing batch, with a single retry
    subject = Subject(
        behaviour=fails_for_bad,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig=to(),
    )
    for value in ("a", "b", "bad", "d"):
        subject.stream.write(value)

    # WHEN
    subject.run(60)

    # THEN only the record itself is retried, and only that is given up
    assert subject.batches == [["a", "b", "bad", "d"], ["a", "b"], ["bad", "d"], ["bad"], ["bad"], ["d"]]
    (failure,) = subject.failures
    assert failure["KinesisBatchInfo"]["batchSize"] == 1
    assert (
        failure["KinesisBatchInfo"]["startSequenceNumber"]
        == subject.stream.shards[SHARD].records[2]["SequenceNumber"]
    )


def test_without_bisecting_a_report_repeats_what_follows_and_uses_up_attempts() -> None:
    subject = Subject(**REPORTS, MaximumRetryAttempts=3, DestinationConfig=to())
    for value in ("a", "b", "bad"):
        subject.stream.write(value)

    subject.run(60)

    # As AWS was recorded to do: four invocations in all.
    assert subject.batches == [["a", "b", "bad"], ["bad"], ["bad"], ["bad"]]
    (failure,) = subject.failures
    assert failure["requestContext"]["approximateInvokeCount"] == 4
    assert failure["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": None,
    }


def test_bisecting_splits_at_the_lowest_item_that_is_reported() -> None:
    # GIVEN no retry at all
    subject = Subject(
        **REPORTS, BisectBatchOnFunctionError=True, MaximumRetryAttempts=0, DestinationConfig=to()
    )
    for value in ("a", "b", "bad 1", "d", "bad 2"):
        subject.stream.write(value)

    # WHEN
    subject.run(60)

    # THEN the batch is split at each checkpoint, and halved where there is none to go on from
    assert subject.batches == [
        ["a", "b", "bad 1", "d", "bad 2"],
        ["bad 1", "d", "bad 2"],
        ["bad 1"],
        ["d", "bad 2"],
        ["bad 2"],
    ]
    assert [failure["KinesisBatchInfo"]["batchSize"] for failure in subject.failures] == [1, 1]


def test_a_checkpoint_that_was_reported_survives_a_stop() -> None:
    subject = Subject(**REPORTS)
    for value in ("a", "bad", "c"):
        subject.stream.write(value)
    subject.run(0.01)

    subject.stop()
    subject.run(0.01)

    assert subject.batches == [["a", "bad", "c"], ["bad", "c"]]


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ResourceNotFoundException"])
def test_an_invocation_that_does_not_take_place_uses_up_no_attempt(code: str) -> None:
    subject = Subject(MaximumRetryAttempts=0, DestinationConfig=to())
    subject.function.failures = [client_error(code)] * 3
    subject.stream.write("a")

    subject.run(60)

    assert subject.batches == [["a"]]
    assert subject.failures == []


def test_a_record_that_is_too_large_for_any_invocation_is_given_up_as_one_that_fails() -> None:
    # GIVEN records of 5 MiB, which base64 makes larger than a payload, between others
    subject = Subject(MaximumRetryAttempts=1, DestinationConfig=to())
    subject.stream.write("a")
    too_large = subject.stream.write("x" * 5 * 1024 * 1024)
    subject.stream.write("c")

    # WHEN
    subject.run(60)

    # THEN
    assert subject.batches == [["a"], ["c"]]
    (failure,) = subject.failures
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["requestContext"]["approximateInvokeCount"] == 2
    assert failure["KinesisBatchInfo"]["startSequenceNumber"] == too_large
    assert "responseContext" not in failure


def test_batches_of_many_records_are_no_larger_than_a_payload() -> None:
    # GIVEN more than a payload holds, within one batch
    subject = Subject(BatchSize=10_000)
    values = [f"{number:04d}" + "x" * 50_000 for number in range(200)]
    for value in values:
        subject.stream.write(value)

    # WHEN
    subject.run(1)

    # THEN
    assert [value for batch in subject.batches for value in batch] == values
    assert len(subject.batches) == 3
    assert set(subject.results) == {"OK"}


def test_records_that_become_too_old_are_given_up_without_an_answer_of_the_function() -> None:
    # GIVEN a record that is too old before it is read, and one that is not
    subject = Subject(MaximumRecordAgeInSeconds=60, DestinationConfig=to())
    subject.stream.write("old")
    subject.clock.advance(80)
    subject.stream.write("young")

    # WHEN
    subject.run()

    # THEN
    assert subject.batches == [["young"]]
    (failure,) = subject.failures
    assert failure["requestContext"]["condition"] == "RecordAgeExceeded"
    assert failure["requestContext"]["approximateInvokeCount"] == 1
    assert "responseContext" not in failure


def test_records_that_become_too_old_while_they_are_retried_tell_how_often() -> None:
    subject = Subject(behaviour=fails_for_bad, MaximumRecordAgeInSeconds=60, DestinationConfig=to())
    subject.stream.write("bad")

    subject.run(120)

    (failure,) = subject.failures
    assert failure["requestContext"]["approximateInvokeCount"] == len(subject.batches) > 2
    assert failure["requestContext"]["requestId"] == f"request-{len(subject.batches)}"


def give_up(destination_arn: str, source_arn: str = DATA_STREAM_ARN) -> Subject:
    """Return a mapping that has given up one record."""
    subject = Subject(
        source_arn=source_arn,
        behaviour=fails_for_bad,
        MaximumRetryAttempts=1,
        DestinationConfig=to(destination_arn),
    )
    subject.stream.write("bad")
    subject.table_stream.write("bad")
    subject.run(60)
    return subject


def test_a_queue_is_told_of_the_invocation_and_of_the_batch() -> None:
    subject = give_up(QUEUE_ARN)

    ((url, body),) = subject.sqs.messages
    message = json.loads(body)
    number = subject.stream.shards[SHARD].records[0]["SequenceNumber"]
    assert url.endswith("/orders-pipe-dlq")
    assert re.fullmatch(r"2026-01-01T00:0\d:\d\d\.\d{3}Z", message.pop("timestamp"))
    assert message == {
        "requestContext": {
            "requestId": "request-2",
            "functionArn": FUNCTION_ARN,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "KinesisBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": number,
            "endSequenceNumber": number,
            "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.000Z",
            "approximateArrivalOfLastRecord": "2026-01-01T00:00:00.000Z",
            "batchSize": 1,
            "streamArn": DATA_STREAM_ARN,
        },
    }


def test_a_topic_is_told_the_same_of_a_table() -> None:
    subject = give_up(TOPIC_ARN, STREAM_ARN)

    ((topic_arn, body),) = subject.sns.messages
    info = json.loads(body)["DDBStreamBatchInfo"]
    assert topic_arn == TOPIC_ARN
    assert (info["approximateArrivalOfFirstRecord"], info["streamArn"]) == (
        "2026-01-01T00:00:00Z",
        STREAM_ARN,
    )


def test_a_bucket_gets_the_records_as_well() -> None:
    subject = give_up(BUCKET_ARN)

    ((path, body),) = subject.s3.objects.items()
    assert re.fullmatch(
        rf"orders-failed/aws/lambda/{UUID}/{SHARD}/2026/01/01/2026-01-01T00\.0\d\.\d\d-[0-9a-f-]{{36}}", path
    )
    assert json.loads(body)["payload"] == subject.function.payloads[0]


@pytest.mark.parametrize(
    "answer", [b"", b"null", b"{}", b"[]", b'{"batchItemFailures": []}', b'{"batchItemFailures": null}']
)
def test_an_answer_that_reports_nothing_is_a_success(answer: bytes) -> None:
    assert first_failed_index(answer, ["1", "2"]) is None


@pytest.mark.parametrize(
    "answer",
    [
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": 2}]}',
        b'{"batchItemFailures": [{"wrong": "2"}]}',
        b'{"batchItemFailures": ["2"]}',
        b'{"batchItemFailures": "2"}',
        b'{"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "9"}]}',
        b'"2"',
        b"not JSON",
    ],
)
def test_an_answer_that_names_no_record_of_the_batch_fails_all_of_it(answer: bytes) -> None:
    assert first_failed_index(answer, ["1", "2"]) == 0


def test_a_report_is_not_asked_for_and_not_read() -> None:
    subject = Subject(behaviour=reports_bad)
    subject.stream.write("bad")

    subject.run(60)

    assert subject.batches == [["bad"]]
