"""What is refused when a delivery stream is created, besides its destination.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.validation.request import (
    check_batch,
    check_source,
    destination_of,
    page,
    tags_from,
    update_of,
)
from tests.unit.firehose.fakes import STREAM_ARN
from tests.unit.firehose.wire_fakes import ROLE_ARN, destination

KINESIS = {"KinesisStreamARN": STREAM_ARN, "RoleARN": ROLE_ARN}
KINESIS_TYPE = "KinesisStreamAsSource"
UNBUILT_DESTINATIONS = [
    "RedshiftDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "SplunkDestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "IcebergDestinationConfiguration",
]


@pytest.mark.parametrize("name", ["S3DestinationConfiguration", "ExtendedS3DestinationConfiguration"])
def test_both_kinds_of_s3_destination_are_taken(name: str) -> None:
    assert destination_of({name: destination()}) == destination()


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {
            "S3DestinationConfiguration": destination(),
            "ExtendedS3DestinationConfiguration": destination(),
        },
    ],
)
def test_there_must_be_exactly_one_destination(request_: dict[str, Any]) -> None:
    with pytest.raises(
        ServiceError, match="Exactly one destination configuration is supported for a Firehose"
    ):
        destination_of(request_)


@pytest.mark.parametrize("name", UNBUILT_DESTINATIONS)
def test_other_destinations_are_refused_by_name(name: str) -> None:
    with pytest.raises(ServiceError, match=f"{name} is not supported by this emulator"):
        destination_of({name: {}})


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"DeliveryStreamType": "MSKAsSource"},
            "DeliveryStreamType=MSKAsSource is not supported by this emulator.",
        ),
        (
            {"DirectPutSourceConfiguration": {"ThroughputHintInMBs": 1}},
            "DirectPutSourceConfiguration is not supported by this emulator.",
        ),
        (
            {"MSKSourceConfiguration": {}},
            "MSKSourceConfiguration is not supported by this emulator.",
        ),
        (
            {"DeliveryStreamType": KINESIS_TYPE},
            "KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type.",
        ),
    ],
)
def test_source_that_does_not_fit_is_refused(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        check_source(request_)
    assert (caught.value.code, caught.value.message) == ("InvalidArgumentException", message)


@pytest.mark.parametrize(
    ("request_", "delivery_stream_type"),
    [
        ({}, "DirectPut"),
        # Recorded: AWS ignores the configuration.
        ({"KinesisStreamSourceConfiguration": KINESIS}, "DirectPut"),
        ({"DeliveryStreamType": KINESIS_TYPE, "KinesisStreamSourceConfiguration": KINESIS}, KINESIS_TYPE),
    ],
)
def test_source_that_fits_tells_the_type(request_: dict[str, Any], delivery_stream_type: str) -> None:
    assert check_source(request_) == delivery_stream_type


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "At least one destination or source configuration update must be provided"),
        (
            {"ExtendedS3DestinationUpdate": {}},
            "At least one destination or source configuration update must be provided",
        ),
        (
            {"ExtendedS3DestinationUpdate": {"Prefix": "a/"}, "S3DestinationUpdate": {"Prefix": "b/"}},
            "Exactly one of s3DestinationUpdate or extendedS3DestinationUpdate must be specified.",
        ),
        *[
            (
                {name.replace("Configuration", "Update"): {}},
                f"{name.replace('Configuration', 'Update')} is not supported by this emulator.",
            )
            for name in UNBUILT_DESTINATIONS
        ],
    ],
)
def test_update_that_does_not_fit_is_refused(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        update_of(request_)
    assert (caught.value.code, caught.value.message) == ("InvalidArgumentException", message)


@pytest.mark.parametrize("name", ["S3DestinationUpdate", "ExtendedS3DestinationUpdate"])
def test_both_kinds_of_s3_update_are_taken(name: str) -> None:
    assert update_of({name: {"Prefix": "a/"}}) == {"Prefix": "a/"}


@pytest.mark.parametrize(
    ("after", "limit", "listed"),
    [
        (None, 2, (["a", "b"], True)),
        (None, 3, (["a", "b", "c"], False)),
        ("a", 1, (["b"], True)),
        ("aa", 10, (["b", "c"], False)),
        ("c", 10, ([], False)),
    ],
)
def test_page_goes_on_after_a_name(after: str | None, limit: int, listed: tuple[list[str], bool]) -> None:
    assert page(["c", "a", "b"], after, limit) == listed


def test_batch_may_hold_four_mebibytes() -> None:
    check_batch([{"Data": b"x" * 2**20}] * 4)

    with pytest.raises(ServiceError, match="4 MB"):
        check_batch([{"Data": b"x" * 2**20}] * 4 + [{"Data": b"x"}])


def test_tags_replace_those_with_the_same_key() -> None:
    assert tags_from([{"Key": "a", "Value": "2"}, {"Key": "b"}], {"a": "1"}) == {"a": "2", "b": ""}


def test_there_are_at_most_fifty_tags() -> None:
    present = {str(number): "" for number in range(50)}

    with pytest.raises(ServiceError, match="50"):
        tags_from([{"Key": "one more"}], present)
