"""What is refused when a delivery stream is created, besides its destination.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.request_validation import check_batch, check_source, destination_of, tags_from
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
            {"DeliveryStreamType": KINESIS_TYPE},
            "KinesisStreamSourceConfiguration is needed for the type KinesisStreamAsSource.",
        ),
        (
            {"KinesisStreamSourceConfiguration": KINESIS},
            "KinesisStreamSourceConfiguration needs the type KinesisStreamAsSource.",
        ),
        (
            {
                "DeliveryStreamType": KINESIS_TYPE,
                "KinesisStreamSourceConfiguration": KINESIS,
                "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
            },
            "Server side encryption from firehose is only allowed for direct put delivery streams and database as "
            "a source delivery streams",
        ),
        (
            {"DeliveryStreamEncryptionConfigurationInput": {"KeyType": "CUSTOMER_MANAGED_CMK"}},
            "DeliveryStreamEncryptionConfigurationInput.KeyType=CUSTOMER_MANAGED_CMK is not supported by this "
            "emulator.",
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
        ({"DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"}}, "DirectPut"),
        ({"DeliveryStreamType": KINESIS_TYPE, "KinesisStreamSourceConfiguration": KINESIS}, KINESIS_TYPE),
    ],
)
def test_source_that_fits_tells_the_type(request_: dict[str, Any], delivery_stream_type: str) -> None:
    assert check_source(request_) == delivery_stream_type


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
