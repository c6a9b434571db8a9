"""A delivery stream as a whole: draining, discarding, metrics, error events."""

from typing import Any

import pytest

from emulator.firehose.configuration import LogDestination
from tests.unit.firehose.fakes import (
    FUNCTION_ARN,
    IDENTITY,
    Subject,
    client_error,
    configuration,
    lambda_processor,
    record,
)

LOG_DESTINATION = LogDestination("/aws/kinesisfirehose/deliveries", "DestinationDelivery")


def test_stopping_drains_both_buffers() -> None:
    # GIVEN records in the processor's buffer and in the destination's
    stream = Subject(configuration(interval_in_seconds=900, processor=lambda_processor()))
    stream.kinesis.put(b"one")
    stream.run()
    stream.run(5)
    stream.kinesis.put(b"two")
    stream.run(0.2)

    # WHEN the emulator stops
    drained = stream.delivery_stream.stop(deadline=stream.clock.monotonic() + 4)

    # THEN both are delivered, and counted
    assert (drained, b"".join(stream.s3.bodies())) == (True, b"ONETWO")
    assert stream.cloudwatch.sums()["DeliveryToS3.Records"] == 2


def test_stopping_reads_what_the_data_stream_still_holds() -> None:
    # GIVEN two pages that were put since the last poll
    stream = Subject(configuration(interval_in_seconds=900))
    stream.run()
    stream.kinesis.page_size = 1
    stream.kinesis.put(b"one", b"two")

    # WHEN the emulator stops before the next poll, THEN both are delivered
    assert stream.delivery_stream.stop(deadline=stream.clock.monotonic() + 4)
    assert stream.s3.bodies() == [b"onetwo"]


def test_draining_repeats_what_fails_until_its_time_is_over() -> None:
    # GIVEN S3 that refuses twice
    stream = Subject(configuration(interval_in_seconds=900))
    stream.s3.errors = [client_error("ServiceUnavailable")] * 2
    stream.kinesis.put(b"one")
    stream.run()

    # WHEN the emulator stops, THEN the record is delivered all the same
    assert stream.delivery_stream.stop(deadline=stream.clock.monotonic() + 4)
    assert stream.s3.bodies() == [b"one"]


def test_draining_ends_at_its_deadline() -> None:
    # GIVEN S3 that refuses for ever
    stream = Subject(configuration(interval_in_seconds=900))
    stream.s3.errors = [client_error("ServiceUnavailable")] * 100
    stream.kinesis.put(b"one")
    stream.run()

    # WHEN the emulator stops, THEN that is reported in time
    assert not stream.delivery_stream.stop(deadline=4)
    assert stream.clock.monotonic() <= 4


def test_deleting_discards_what_was_not_delivered() -> None:
    # GIVEN a buffered record
    stream = Subject(configuration(interval_in_seconds=10))
    stream.kinesis.put(b"one")
    stream.run()

    # WHEN the delivery stream is deleted
    stream.delivery_stream.discard(deadline=stream.clock.monotonic() + 4)
    stream.run(60)

    # THEN the record is gone
    assert (stream.s3.objects, stream.delivery_stream.held_bytes) == ({}, 0)


def test_threads_carry_records_through() -> None:
    # GIVEN a delivery stream whose threads run
    stream = Subject(configuration(interval_in_seconds=0), IDENTITY)
    stream.delivery_stream.start()

    # WHEN a record is put and the delivery stream stops
    stream.delivery_stream.put([record(b"order", shard_id=None)])

    # THEN it was delivered, by a thread or by the draining
    assert stream.delivery_stream.stop(deadline=stream.clock.monotonic() + 10)
    assert stream.s3.bodies() == [b"order"]


def test_metrics_account_for_every_record_once() -> None:
    # GIVEN three good records, a dropped and a failed one, published in two goes
    stream = Subject(configuration(interval_in_seconds=1, processor=lambda_processor(interval_in_seconds=0)))
    stream.kinesis.put(b"one", b"drop", b"fail")
    stream.run()
    stream.cloudwatch.errors = [client_error("InternalFailure")]
    stream.delivery_stream.metrics.publish()
    stream.kinesis.put(b"two", b"three")
    stream.run(1)
    stream.delivery_stream.metrics.publish()

    # WHEN the delivery stream stops
    stream.delivery_stream.stop(deadline=stream.clock.monotonic() + 4)

    # THEN the sums are exact: Ok and Dropped count as processed, only Ok as delivered
    sums = stream.cloudwatch.sums()
    wanted = {
        "DataReadFromKinesisStream.Records": 5,
        "DataReadFromKinesisStream.Bytes": 19,
        "SucceedProcessing.Records": 4,
        "SucceedProcessing.Bytes": 15,
        "DeliveryToS3.Records": 3,
        "DeliveryToS3.Bytes": 11,
        "DeliveryToS3.Success": 1,
        "ExecuteProcessing.Success": 2,
    }
    assert {name: sums[name] for name in wanted} == wanted


def test_failed_attempts_show_in_the_success_metrics() -> None:
    # GIVEN a function that answers nonsense once and S3 that refuses once
    stream = Subject(configuration(interval_in_seconds=0, processor=lambda_processor(interval_in_seconds=0)))
    answers = iter([b"nonsense"])
    good = stream.function.handler
    stream.function.handler = lambda event: next(answers, None) or good(event)
    stream.s3.errors = [client_error("ServiceUnavailable")]
    stream.kinesis.put(b"order")

    # WHEN both succeed later
    for _ in range(20):
        stream.run(0.1)
    stream.delivery_stream.metrics.publish()

    # THEN half of the attempts succeeded
    counts = {
        datum["MetricName"]: (datum["StatisticValues"]["SampleCount"], datum["StatisticValues"]["Sum"])
        for datum in stream.cloudwatch.data
    }
    assert (counts["ExecuteProcessing.Success"], counts["DeliveryToS3.Success"]) == ((2, 1), (2, 1))


def test_metric_has_stream_unit_and_statistics() -> None:
    # GIVEN a record of 5 bytes that is delivered 3 seconds after its arrival
    stream = Subject(configuration(interval_in_seconds=3))
    stream.kinesis.put(b"order")
    stream.run()
    stream.run(3)

    # WHEN metrics are published
    stream.delivery_stream.metrics.publish()

    # THEN the freshness is the age of the oldest record
    (freshness,) = [
        datum for datum in stream.cloudwatch.data if datum["MetricName"] == "DeliveryToS3.DataFreshness"
    ]
    assert freshness.pop("Timestamp").timestamp() == stream.clock.time()
    assert freshness == {
        "MetricName": "DeliveryToS3.DataFreshness",
        "Dimensions": [{"Name": "DeliveryStreamName", "Value": "deliveries"}],
        "Unit": "Seconds",
        "StatisticValues": {"SampleCount": 1, "Sum": 3.0, "Minimum": 3.0, "Maximum": 3.0},
    }


def test_freshness_grows_while_a_record_waits() -> None:
    # GIVEN a record that S3 does not take
    stream = Subject(configuration(interval_in_seconds=1))
    stream.s3.errors = [client_error("ServiceUnavailable")] * 9
    stream.kinesis.put(b"order")

    # WHEN half a minute passes and metrics are published
    for _ in range(30):
        stream.run(1)
    stream.delivery_stream.stop(deadline=stream.clock.monotonic())

    # THEN its age is published although nothing was delivered
    assert stream.cloudwatch.sums()["DeliveryToS3.DataFreshness"] == 30


@pytest.mark.parametrize(
    ("function_error", "event"),
    [
        (
            "Unhandled",
            {
                "message": "The Lambda function was successfully invoked but it returned an error result.",
                "errorCode": "Lambda.FunctionError",
            },
        ),
        (
            None,
            {
                "message": "ProcessingFailed status set for record",
                "errorCode": "Lambda.ProcessingFailedStatus",
            },
        ),
    ],
)
def test_failed_batch_is_one_event_in_the_error_log(
    function_error: str | None, event: dict[str, Any]
) -> None:
    # GIVEN two records that fail together, and logging switched on
    stream = Subject(
        configuration(
            interval_in_seconds=900,
            processor=lambda_processor(0, interval_in_seconds=0),
            log_destination=LOG_DESTINATION,
        )
    )
    stream.function.function_error = function_error
    stream.kinesis.put(b"fail", b"fail")

    # WHEN they were processed and the emulator stops
    stream.run()
    stream.delivery_stream.stop(deadline=4)

    # THEN there is one event about them
    assert stream.logs.messages == [
        {
            "deliveryStreamARN": IDENTITY.arn,
            "destination": "arn:aws:s3:::bucket",
            "deliveryStreamVersionId": 1,
            **event,
            "processor": FUNCTION_ARN,
        }
    ]


def test_missing_log_group_stops_nothing() -> None:
    # GIVEN a log group that does not exist
    stream = Subject(configuration(interval_in_seconds=0, log_destination=LOG_DESTINATION))
    stream.logs.errors = [client_error("ResourceNotFoundException")]
    stream.s3.errors = [client_error("NoSuchBucket")]
    stream.kinesis.put(b"order")

    # WHEN an error is to be logged, THEN delivery goes on
    stream.run()
    assert stream.delivery_stream.stop(deadline=4)
    assert stream.s3.bodies() == [b"order"]


def test_refusals_of_s3_are_logged_without_a_processor() -> None:
    stream = Subject(configuration(interval_in_seconds=0, log_destination=LOG_DESTINATION))
    stream.s3.errors = [client_error("NoSuchBucket")]
    stream.kinesis.put(b"order")

    stream.run()
    stream.delivery_stream.stop(deadline=4)

    (message,) = stream.logs.messages
    assert (message["errorCode"], "processor" in message) == ("S3.NoSuchBucket", False)
