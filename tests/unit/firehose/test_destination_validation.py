"""What is refused when a destination is created or updated, besides prefixes, processors and conversion.

https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
"""

from typing import Any

import pytest

from emulator.firehose.validation.destination import check_destination
from tests.unit.firehose.refusal import refusal
from tests.unit.firehose.wire_fakes import ROLE_ARN, converted, destination, partitioned

TIME_ZONE = (
    "Provided custom time zone is not supported. Custom time zones are limited to UTC and non-3-letter IANA time "
    "zones."
)
INTERVAL = "S3 backup buffering interval must be between 60 and 900 seconds."
BOTH = {"NoEncryptionConfig": "NoEncryption", "KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:key"}}


def backed_up(**settings: Any) -> dict[str, Any]:
    return destination(S3BackupMode="Enabled", S3BackupConfiguration=destination(**settings))


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (
            destination(CloudWatchLoggingOptions={"Enabled": True}),
            "CloudWatch Log Group Name is required if CloudWatch Logging is enabled",
        ),
        (
            destination(EncryptionConfiguration=BOTH),
            "Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified",
        ),
        *[
            (destination(CustomTimeZone=name), TIME_ZONE)
            for name in ("Mars/Phobos", "EST", "GMT", "Asia/Kolkata", "Europe/Kyiv", "US/Eastern", "Etc/UTC")
        ],
        (
            destination(S3BackupMode="Enabled"),
            "S3 backup destination configuration is required when enabling S3 backup.",
        ),
        (backed_up(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 59}), INTERVAL),
        (backed_up(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0}), INTERVAL),
    ],
)
def test_setting_that_aws_refuses_is_refused_in_its_words(wire: dict[str, Any], message: str) -> None:
    assert refusal(wire) == message


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (destination(BufferingHints={"SizeInMBs": 5}), "BufferingHints needs both"),
        (destination(BufferingHints={"IntervalInSeconds": 5}), "BufferingHints needs both"),
        (destination(CloudWatchLoggingOptions={"Enabled": True, "LogGroupName": "group"}), "Log Stream Name"),
        (
            destination(S3BackupConfiguration={"RoleARN": ROLE_ARN}),
            "S3BackupConfiguration.BucketARN",
        ),
    ],
)
def test_refusal_whose_words_on_aws_are_not_known_names_the_setting(wire: dict[str, Any], words: str) -> None:
    assert words in refusal(wire)


@pytest.mark.parametrize(
    "wire",
    [
        destination(),
        destination(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0}),
        destination(BufferingHints={}),
        *[
            destination(CompressionFormat=name)
            for name in ("UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY")
        ],
        *[
            destination(CustomTimeZone=name)
            for name in ("", "UTC", "Asia/Tokyo", "Asia/Calcutta", "Europe/Kiev", "America/Sao_Paulo")
        ],
        destination(FileExtension=""),
        destination(FileExtension=".json"),
        destination(DynamicPartitioningConfiguration={"Enabled": False}),
        backed_up(),
        backed_up(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60}),
        partitioned() | {"CompressionFormat": "GZIP"},
        converted() | {"Prefix": "parquet/"},
    ],
)
def test_setting_that_aws_takes_is_taken(wire: dict[str, Any]) -> None:
    check_destination(wire)
