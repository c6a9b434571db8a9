"""Delivery to S3: nothing is forgotten before S3 accepted it.

https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html
https://docs.aws.amazon.com/firehose/latest/dev/retry.html
"""

import gzip
from dataclasses import replace

from botocore.exceptions import EndpointConnectionError

from emulator.firehose.configuration import BufferingHints, S3Destination
from tests.unit.firehose.fakes import Subject, client_error, configuration, lambda_processor

BACKUP = S3Destination("backups", BufferingHints(5, 60), prefix="backup/")


def test_records_are_concatenated_without_a_separator() -> None:
    # GIVEN records of which one is not valid UTF-8
    stream = Subject(configuration(interval_in_seconds=10))
    stream.kinesis.put(b"abc", b"\xff\x00", b"")

    # WHEN the interval has passed
    stream.run()
    stream.run(10)

    # THEN the object holds their bytes and nothing else
    (stored,) = stream.s3.objects.values()
    key = stored.pop("Key")
    assert stored == {"Bucket": "bucket", "Body": b"abc\xff\x00", "ContentType": "application/octet-stream"}
    assert key.startswith("data/2026/01/01/00/deliveries-1-2026-01-01-00-00-00-")


def test_size_hint_delivers_before_the_interval() -> None:
    # GIVEN a destination of 1 MiB or 900 s
    stream = Subject(configuration(1, 900))
    stream.kinesis.put(b"x" * 2**19, b"y" * 2**19, b"z")

    # WHEN the records arrive
    stream.run()

    # THEN the first MiB is delivered and the rest waits
    assert [len(body) for body in stream.s3.bodies()] == [2**20]
    assert stream.checkpoint() == 2


def test_zero_interval_delivers_at_once() -> None:
    stream = Subject(configuration(interval_in_seconds=0))
    stream.kinesis.put(b"order")

    stream.run()

    assert stream.s3.bodies() == [b"order"]


def test_nothing_is_written_when_nothing_is_buffered() -> None:
    stream = Subject(configuration(interval_in_seconds=1))

    for _ in range(10):
        stream.run(1)

    assert stream.s3.attempted_keys == []


def test_refused_object_is_kept_and_written_later_under_the_same_name() -> None:
    # GIVEN S3 that refuses three times
    stream = Subject(configuration(interval_in_seconds=1))
    stream.s3.errors = [
        client_error("InternalError"),
        client_error("SlowDown"),
        EndpointConnectionError(endpoint_url="here"),
    ]
    stream.kinesis.put(b"one")
    stream.run()
    stream.run(1)

    # WHEN it refuses, THEN the checkpoint stays
    assert (stream.s3.objects, stream.checkpoint()) == ({}, 0)

    # WHEN it accepts
    for _ in range(60):
        stream.run(0.1)

    # THEN the record is there once, under the name that was tried first
    assert (stream.s3.bodies(), stream.checkpoint()) == ([b"one"], 1)
    assert len(set(stream.s3.attempted_keys)) == 1
    assert len(stream.s3.attempted_keys) == 4


def test_order_in_a_shard_survives_a_minute_without_s3() -> None:
    # GIVEN S3 that refuses everything while records keep arriving
    stream = Subject(configuration(interval_in_seconds=1))
    stream.s3.errors = [client_error("ServiceUnavailable")] * 12
    for number in range(60):
        stream.kinesis.put(b"%d;" % number)
        stream.run(1)

    # WHEN it accepts again
    for _ in range(30):
        stream.run(1)

    # THEN every record is there once, in order
    assert b"".join(stream.s3.bodies()) == b"".join(b"%d;" % number for number in range(60))
    assert stream.checkpoint() == 60


def test_update_while_s3_refuses_takes_effect_for_the_waiting_object() -> None:
    # GIVEN a bucket that is gone
    settings = configuration(interval_in_seconds=1)
    stream = Subject(settings)
    stream.s3.errors = [client_error("NoSuchBucket")]
    stream.kinesis.put(b"order")
    stream.run()
    stream.run(1)

    # WHEN the destination is updated
    destination = replace(settings.destination, bucket_name="other")
    stream.delivery_stream.configure(replace(settings, version_id=2, destination=destination))
    stream.run()

    # THEN the waiting records are in the new bucket, named by the new version
    (stored,) = stream.s3.objects.values()
    assert (stored["Bucket"], stored["Body"]) == ("other", b"order")
    assert "/deliveries-2-" in stored["Key"]


def test_object_is_named_by_its_oldest_record() -> None:
    # GIVEN records at 00:00:00 and 00:00:20
    stream = Subject(configuration(interval_in_seconds=30))
    stream.kinesis.put(b"old")
    stream.run()
    stream.clock.advance(20)
    stream.kinesis.put(b"new")
    stream.run()

    # WHEN they are delivered half a minute later, THEN the name has the oldest one's time
    stream.run(10)
    assert next(iter(stream.s3.objects)).startswith("data/2026/01/01/00/deliveries-1-2026-01-01-00-00-00-")


def test_compressed_object_says_so_and_error_objects_are_plain() -> None:
    # GIVEN a compressed destination behind a function
    stream = Subject(
        configuration(
            interval_in_seconds=1,
            processor=lambda_processor(interval_in_seconds=0),
            compression_format="GZIP",
        )
    )
    stream.kinesis.put(b"good", b"fail")

    # WHEN both kinds are delivered
    stream.run()
    stream.run(1)

    # THEN data objects are compressed and error objects are lines of JSON
    data, errors = sorted(stream.s3.objects.items())
    assert (data[0][-3:], data[1]["ContentEncoding"], gzip.decompress(data[1]["Body"])) == (
        ".gz",
        "gzip",
        b"GOOD",
    )
    assert ("ContentEncoding" in errors[1], errors[1]["Body"][:10]) == (False, b'{"rawData"')


def test_delimiter_stands_between_records() -> None:
    stream = Subject(configuration(interval_in_seconds=1, append_delimiter=True))
    stream.kinesis.put(b"one", b"two")

    stream.run()
    stream.run(1)

    assert stream.s3.bodies() == [b"one\ntwo"]


def test_kms_key_is_passed_to_s3() -> None:
    key_arn = "arn:aws:kms:eu-north-1:000000000000:key/1"
    stream = Subject(configuration(interval_in_seconds=0, kms_key_arn=key_arn))
    stream.kinesis.put(b"order")

    stream.run()

    (stored,) = stream.s3.objects.values()
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", key_arn)


def test_backup_holds_every_source_record_untransformed() -> None:
    # GIVEN a function that drops and fails records, and a backup of 60 s
    stream = Subject(
        configuration(interval_in_seconds=1, processor=lambda_processor(interval_in_seconds=0), backup=BACKUP)
    )
    stream.kinesis.put(b"one", b"drop", b"fail")

    # WHEN the data was delivered but the backup was not
    stream.run()
    stream.run(1)

    # THEN no record is settled
    assert stream.checkpoint() == 0

    # WHEN the backup is written too, THEN it holds the source's bytes, and all are settled
    stream.run(59)
    assert stream.s3.bodies("backup/") == [b"onedropfail"]
    assert (stream.s3.bodies("data/"), stream.checkpoint()) == ([b"ONE"], 3)
