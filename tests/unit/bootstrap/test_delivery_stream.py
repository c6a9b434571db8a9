"""The delivery stream: made once, changed where it differs."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from bootstrap.delivery_stream import (
    delete_delivery_stream,
    destination_configuration,
    ensure_delivery_stream,
    is_in_force,
)
from bootstrap.errors import BootstrapError
from bootstrap.resource import Outcome, Resource
from sandbox.settings import Settings, load_settings
from tests.unit.bootstrap.fake_aws import FakeFirehose, make_aws


@pytest.fixture
def settings() -> Settings:
    return load_settings(environ={}, dotenv=None)


def test_destination_is_the_documented_one(settings: Settings) -> None:
    # WHEN the destination is made from the default settings
    destination = destination_configuration(make_aws(), settings)

    # THEN it is what design and settings say
    assert destination == {
        "RoleARN": "arn:aws:iam::000000000000:role/orders-firehose-role",
        "BucketARN": "arn:aws:s3:::product-sales",
        "Prefix": "orders/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/",
        "FileExtension": ".json",
        "CompressionFormat": "UNCOMPRESSED",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 10},
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "Lambda",
                    "Parameters": [
                        {
                            "ParameterName": "LambdaArn",
                            "ParameterValue": "arn:aws:lambda:eu-north-1:000000000000:function:transformlambda",
                        },
                        {
                            "ParameterName": "RoleArn",
                            "ParameterValue": "arn:aws:iam::000000000000:role/orders-firehose-role",
                        },
                        {"ParameterName": "NumberOfRetries", "ParameterValue": "3"},
                        {"ParameterName": "BufferSizeInMBs", "ParameterValue": "1"},
                        {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "5"},
                    ],
                }
            ],
        },
        "CloudWatchLoggingOptions": {
            "Enabled": True,
            "LogGroupName": "/aws/kinesisfirehose/orders-firehose",
            "LogStreamName": "DestinationDelivery",
        },
    }


def test_first_run_creates_and_second_changes_nothing(settings: Settings) -> None:
    # GIVEN no delivery stream
    firehose = FakeFirehose()
    aws = make_aws(firehose=firehose)

    # WHEN it is made twice
    resources = [ensure_delivery_stream(aws, settings) for _ in range(2)]

    # THEN it is created once
    assert resources == [
        Resource("arn:orders-firehose", Outcome.CREATED),
        Resource("arn:orders-firehose", Outcome.UNCHANGED),
    ]
    assert firehose.calls == ["create"]


def test_other_buffering_is_an_update_of_the_version_seen(settings: Settings) -> None:
    # GIVEN a delivery stream
    firehose = FakeFirehose()
    aws = make_aws(firehose=firehose)
    ensure_delivery_stream(aws, settings)

    # WHEN it is made with another interval, twice
    changed = replace(settings, s3_buffer_interval_seconds=300)
    outcomes = [ensure_delivery_stream(aws, changed).outcome for _ in range(2)]

    # THEN it is updated once
    assert outcomes == [Outcome.UPDATED, Outcome.UNCHANGED]
    assert firehose.calls == ["create", "update 1 destinationId-000000000001"]


def test_delivery_stream_that_could_not_be_created_is_made_anew(settings: Settings) -> None:
    # GIVEN a delivery stream that could not be created
    firehose = FakeFirehose()
    aws = make_aws(firehose=firehose)
    ensure_delivery_stream(aws, settings)
    assert firehose.description is not None
    firehose.description["DeliveryStreamStatus"] = "CREATING_FAILED"

    # WHEN it is made again, THEN it is deleted first
    assert ensure_delivery_stream(aws, settings).outcome is Outcome.UPDATED
    assert firehose.calls == ["create", "delete", "create"]


def test_delivery_stream_with_another_source_is_made_anew(settings: Settings) -> None:
    # GIVEN a delivery stream that reads another stream, which cannot be changed
    firehose = FakeFirehose()
    aws = make_aws(firehose=firehose)
    ensure_delivery_stream(aws, settings)
    assert firehose.description is not None
    firehose.description["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"] = "arn:other"

    # WHEN it is made again, THEN it is deleted first
    assert ensure_delivery_stream(aws, settings).outcome is Outcome.UPDATED
    assert firehose.calls == ["create", "delete", "create"]


def test_failed_creation_says_why(settings: Settings) -> None:
    # GIVEN a service that fails to create
    class FailingFirehose(FakeFirehose):
        def create_delivery_stream(self, **request: Any) -> None:
            super().create_delivery_stream(**request)
            assert self.description is not None
            self.description |= {
                "DeliveryStreamStatus": "CREATING_FAILED",
                "FailureDescription": {"Type": "UNKNOWN_ERROR", "Details": "no luck"},
            }

    # WHEN the delivery stream is made, THEN the reason is passed on
    with pytest.raises(BootstrapError, match="orders-firehose cannot be created: no luck"):
        ensure_delivery_stream(make_aws(firehose=FailingFirehose()), settings)


def test_deleting_is_idempotent(settings: Settings) -> None:
    # GIVEN a delivery stream
    aws = make_aws(firehose=FakeFirehose())
    ensure_delivery_stream(aws, settings)

    # WHEN it is deleted twice, THEN the second time it is absent
    assert [delete_delivery_stream(aws) for _ in range(2)] == [Outcome.DELETED, Outcome.ABSENT]


def test_order_and_spelling_of_parameters_are_no_difference(settings: Settings) -> None:
    # GIVEN a destination as AWS may describe it: other order, other spelling, more fields
    wanted = destination_configuration(make_aws(), settings)
    described = copy.deepcopy(wanted)
    parameters = described["ProcessingConfiguration"]["Processors"][0]["Parameters"]
    parameters.reverse()
    next(each for each in parameters if each["ParameterName"] == "BufferSizeInMBs")["ParameterValue"] = "1.0"
    described["EncryptionConfiguration"] = {"NoEncryptionConfig": "NoEncryption"}

    # WHEN they are compared, THEN nothing has to be changed
    assert is_in_force(wanted, described)


@pytest.mark.parametrize(
    "name", ["Prefix", "BufferingHints", "ProcessingConfiguration", "CloudWatchLoggingOptions"]
)
def test_missing_setting_is_a_difference(settings: Settings, name: str) -> None:
    # GIVEN a destination that lacks something
    wanted = destination_configuration(make_aws(), settings)
    described = {**wanted}
    del described[name]

    # WHEN they are compared, THEN it has to be changed
    assert not is_in_force(wanted, described)
