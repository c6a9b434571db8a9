"""Log records on their way to their destinations."""

import logging

import pytest

from emulator.pipes.log_configuration import LogConfiguration, S3LogDestination
from emulator.pipes.log_delivery import MAXIMUM_WAITING, LogDelivery
from tests.unit.pipes.observation_fakes import FakeFirehose, FakeLogs, FakeS3

NOW = 1_767_225_600.0
LOG_GROUP_ARN = "arn:aws:logs:eu-north-1:000000000000:log-group:pipe-logs"
EVERYWHERE = LogConfiguration(
    "INFO",
    log_group_arn=LOG_GROUP_ARN,
    delivery_stream_arn="arn:aws:firehose:eu-north-1:000000000000:deliverystream/pipe-logs",
    s3=S3LogDestination("pipe-logs", "000000000000", "pipes/"),
)


class Destinations:
    """The three services, and a delivery to them."""

    def __init__(self, configuration: LogConfiguration, logs: FakeLogs | None = None) -> None:
        self.logs = logs or FakeLogs()
        self.firehose = FakeFirehose()
        self.s3 = FakeS3()
        services = {"logs": self.logs, "firehose": self.firehose, "s3": self.s3}
        self.delivery = LogDelivery(
            pipe_name="orders-pipe",
            account_id="000000000000",
            region="eu-north-1",
            configuration=configuration,
            clients=services.__getitem__,
        )


def test_records_reach_every_destination_in_order() -> None:
    # GIVEN a pipe that logs to all three
    destinations = Destinations(EVERYWHERE)
    for record in ("one", "two"):
        destinations.delivery.add(NOW, record)

    # WHEN they are published, and published again
    destinations.delivery.publish()
    destinations.delivery.publish()

    # THEN each destination has each record once
    assert destinations.logs.messages == ["one", "two"]
    assert destinations.firehose.data == [b"one\n", b"two\n"]
    ((bucket, key),) = destinations.s3.objects
    assert bucket == "pipe-logs"
    assert key.startswith(
        "pipes/AWSLogs/000000000000/pipes/eu-north-1/orders-pipe/2026/01/01/00/20260101T000000Z-"
    )
    assert destinations.s3.objects[bucket, key] == b"one\ntwo\n"


def test_destination_that_is_missing_is_told_and_the_others_get_the_records(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a log group that does not exist
    destinations = Destinations(EVERYWHERE, FakeLogs(exists=False))
    destinations.delivery.add(NOW, "one")

    # WHEN the record is published
    with caplog.at_level(logging.WARNING):
        destinations.delivery.publish()

    # THEN the emulator's log says so
    assert "orders-pipe: 1 log records did not reach the log group" in caplog.text
    assert destinations.firehose.data == [b"one\n"]


def test_requests_stay_within_one_mebibyte() -> None:
    # GIVEN five records of 256 KB
    destinations = Destinations(LogConfiguration("INFO", log_group_arn=LOG_GROUP_ARN))
    for index in range(5):
        destinations.delivery.add(NOW, str(index) * 256 * 1024)

    # WHEN they are published, THEN PutLogEvents takes each request
    destinations.delivery.publish()
    assert len(destinations.logs.messages) == 5
    assert max(destinations.logs.sizes) <= 1024 * 1024


@pytest.mark.parametrize(("count", "size"), [(MAXIMUM_WAITING, 5), (64, 256 * 1024)])
def test_records_beyond_what_is_kept_are_counted(
    count: int, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN three records more than are kept between two publications, by number and by 16 MiB
    destinations = Destinations(LogConfiguration("INFO", log_group_arn=LOG_GROUP_ARN))
    for index in range(count + 3):
        destinations.delivery.add(NOW, f"{index:0{size}}")

    # WHEN they are published
    with caplog.at_level(logging.WARNING):
        destinations.delivery.publish()

    # THEN the oldest are gone, and the log says how many
    assert [int(message[-5:]) for message in destinations.logs.messages] == list(range(3, count + 3))
    assert "3 log records came faster than they could be logged" in caplog.text
