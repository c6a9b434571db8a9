"""Amazon Data Firehose through boto3: the control plane, and records on their way to S3."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws
from tests.integration.firehose_setup import ROLE_ARN, Setup
from tests.polling import poll_until

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def setup(aws: Aws, name: str) -> Iterator[Setup]:
    """Return a bucket, and makers of what is delivered to it; everything is removed afterwards."""
    resources = Setup(aws, name)
    yield resources
    resources.remove()


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """Return code and message of the error that a call raises."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_direct_put_is_buffered_and_concatenated(setup: Setup) -> None:
    # GIVEN a delivery stream that delivers after a second
    setup.create_delivery_stream(Prefix="direct/")

    # WHEN records are put in two ways
    single = setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"\xff\x00one"})
    batch = setup.firehose.put_record_batch(
        DeliveryStreamName=setup.name, Records=[{"Data": b"two"}, {"Data": b""}, {"Data": b"three"}]
    )

    # THEN their bytes are in S3, in order, under a name like AWS's
    objects = poll_until("the records", lambda: setup.objects("direct/", total=12))
    assert b"".join(objects.values()) == b"\xff\x00onetwothree"
    pattern = rf"direct/\d{{4}}(/\d\d){{3}}/{setup.name}-1(-\d\d\d\d)(-\d\d){{5}}-{UUID}"
    assert [bool(re.fullmatch(pattern, key)) for key in objects] == [True] * len(objects)
    assert (single["Encrypted"], batch["Encrypted"], batch["FailedPutCount"]) == (False, False, 0)
    record_ids = [single["RecordId"], *(each["RecordId"] for each in batch["RequestResponses"])]
    assert len(set(record_ids)) == 4


def test_plain_s3_destination_and_compression(setup: Setup) -> None:
    # GIVEN a delivery stream made with the plain S3 destination
    setup.firehose.create_delivery_stream(
        DeliveryStreamName=setup.name,
        S3DestinationConfiguration=setup.destination(CompressionFormat="GZIP", Prefix="plain/"),
    )
    setup.wait_until_active()

    # WHEN a record is put
    setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"order"})

    # THEN its object is compressed and says so
    (key,) = poll_until("the object", lambda: setup.objects("plain/"))
    stored = setup.s3.get_object(Bucket=setup.name, Key=key)
    assert (key[-3:], stored["ContentEncoding"], stored["ContentType"]) == (
        ".gz",
        "gzip",
        "application/octet-stream",
    )
    assert gzip.decompress(stored["Body"].read()) == b"order"


def test_data_stream_is_read_from_its_end_at_creation(setup: Setup) -> None:
    # GIVEN a data stream with a record from before the delivery stream
    setup.create_data_stream(shard_count=2)
    setup.put(b"before;")
    setup.create_delivery_stream(kinesis=True)

    # WHEN others are put into both shards
    numbers = [b"%d;" % number for number in range(20)]
    for number in numbers:
        setup.put(number, partition_key=number.decode())

    # THEN exactly those are delivered
    objects = poll_until("twenty records", lambda: setup.objects(total=len(b"".join(numbers))))
    assert sorted(b"".join(objects.values()).split(b";")[:-1]) == sorted(each[:-1] for each in numbers)


def test_order_of_a_shard_survives_a_split(setup: Setup) -> None:
    # GIVEN a data stream that is read
    setup.create_data_stream()
    setup.create_delivery_stream(kinesis=True)
    for number in range(10):
        setup.put(b"%d;" % number)

    # WHEN its shard is split and more records of the same key follow
    setup.kinesis.split_shard(
        StreamName=setup.name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    setup.wait_until_stream_active()
    for number in range(10, 20):
        setup.put(b"%d;" % number)

    # THEN all are delivered in the order in which they were put
    wanted = b"".join(b"%d;" % number for number in range(20))
    objects = poll_until("twenty records", lambda: setup.objects(total=len(wanted)))
    assert b"".join(objects.values()) == wanted


def test_function_sorts_records_into_delivered_dropped_and_failed(setup: Setup) -> None:
    # GIVEN a function that upper-cases, drops or fails what it gets
    setup.create_data_stream()
    setup.create_function(
        """
import base64
def handler(event, context):
    records = []
    for record in event["records"]:
        data = base64.b64decode(record["data"])
        result = {b"d": "Dropped", b"f": "ProcessingFailed"}.get(data[:1], "Ok")
        answer = base64.b64encode(data.upper() + b"\\n").decode()
        records.append({"recordId": record["recordId"], "result": result, "data": answer})
    return {"records": records}
"""
    )
    setup.create_delivery_stream(
        kinesis=True,
        processor=True,
        Prefix="data/",
        ErrorOutputPrefix="errors/!{firehose:error-output-type}/!{timestamp:yyyy}/",
        FileExtension=".json",
    )

    # WHEN records of each kind arrive
    for data in (b"one", b"drop", b"fail", b"two"):
        setup.put(data)

    # THEN each is where it belongs
    data_objects = poll_until("the good records", lambda: setup.objects("data/", total=8))
    assert b"".join(data_objects.values()) == b"ONE\nTWO\n"
    assert [key[-5:] for key in data_objects] == [".json"] * len(data_objects)
    (errors,) = poll_until("the failed record", lambda: setup.objects("errors/processing-failed/")).values()
    line = json.loads(errors)
    assert (line["errorCode"], line["rawData"], line["attemptsMade"], line["lambdaARN"]) == (
        "Lambda.ProcessingFailedStatus",
        "ZmFpbA==",
        1,
        setup.function_arn,
    )

    # THEN the metrics account for the four of them
    poll_until(
        "the metrics",
        lambda: (
            [
                setup.metric_sum(metric_name)
                for metric_name in (
                    "DataReadFromKinesisStream.Records",
                    "SucceedProcessing.Records",
                    "DeliveryToS3.Records",
                )
            ]
            == [4, 3, 2]
        ),
    )


def test_function_that_raises_loses_nothing_and_is_logged(setup: Setup, aws: Aws) -> None:
    # GIVEN a function that raises, one retry, and a log group for errors
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=setup.name)
    logs.create_log_stream(logGroupName=setup.name, logStreamName="DestinationDelivery")
    setup.create_function("def handler(event, context):\n    raise ValueError('no')\n")
    setup.create_delivery_stream(
        processor=True,
        retries=1,
        CloudWatchLoggingOptions={
            "Enabled": True,
            "LogGroupName": setup.name,
            "LogStreamName": "DestinationDelivery",
        },
    )

    # WHEN records are put
    setup.firehose.put_record_batch(
        DeliveryStreamName=setup.name, Records=[{"Data": b"one"}, {"Data": b"two"}]
    )

    # THEN all of them are in the error prefix after two attempts
    errors = poll_until("the error object", lambda: setup.objects("processing-failed/"))
    lines = [json.loads(line) for body in errors.values() for line in body.splitlines()]
    assert [(line["errorCode"], line["rawData"], line["attemptsMade"]) for line in lines] == [
        ("Lambda.FunctionError", "b25l", 2),
        ("Lambda.FunctionError", "dHdv", 2),
    ]

    # THEN the failure is one event in the log
    events = poll_until(
        "the error event",
        lambda: logs.get_log_events(logGroupName=setup.name, logStreamName="DestinationDelivery")["events"],
    )
    (message,) = [json.loads(event["message"]) for event in events]
    assert (message["errorCode"], message["processor"]) == ("Lambda.FunctionError", setup.function_arn)
    logs.delete_log_group(logGroupName=setup.name)


def test_bucket_that_is_missing_for_a_while_loses_nothing(setup: Setup) -> None:
    # GIVEN a bucket that does not exist
    setup.s3.delete_bucket(Bucket=setup.name)
    setup.create_delivery_stream()
    setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"order"})
    poll_until("a refused delivery", lambda: setup.metric_minimum("DeliveryToS3.Success") == 0)

    # WHEN it is created
    setup.create_bucket()

    # THEN the record arrives
    assert list(poll_until("the record", setup.objects).values()) == [b"order"]


def test_puts_are_refused_while_too_much_is_held_and_taken_afterwards(setup: Setup) -> None:
    # GIVEN a delivery stream whose bucket does not exist
    setup.s3.delete_bucket(Bucket=setup.name)
    setup.create_delivery_stream()
    records = [{"Data": b"x" * 1_000_000}] * 4

    # WHEN it holds as much as it may
    taken = 0
    while not (answer := setup.firehose.put_record_batch(DeliveryStreamName=setup.name, Records=records))[
        "FailedPutCount"
    ]:
        taken += len(records)
        assert taken < 100, "nothing bounds what is held"

    # THEN every entry says so, and so does a single put
    assert (answer["FailedPutCount"], answer["RequestResponses"]) == (
        4,
        [{"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}] * 4,
    )
    code, _ = refusal(setup.firehose.put_record, DeliveryStreamName=setup.name, Record={"Data": b"order"})
    assert code == "ServiceUnavailableException"

    # WHEN the bucket is there, THEN everything that was taken arrives
    setup.create_bucket()
    poll_until("what was taken", lambda: setup.size() == taken * 1_000_000)


def test_update_changes_what_follows_and_the_version_in_names(setup: Setup) -> None:
    # GIVEN a delivery stream
    setup.create_delivery_stream(Prefix="before/")
    destination_id = setup.describe()["Destinations"][0]["DestinationId"]

    # WHEN its prefix is updated
    update = {
        "DeliveryStreamName": setup.name,
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": destination_id,
        "ExtendedS3DestinationUpdate": {"Prefix": "after/"},
    }
    setup.firehose.update_destination(**update)
    setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"order"})

    # THEN the next object has the new prefix and version
    (key,) = poll_until("the object", setup.objects)
    assert re.match(rf"after/.*/{setup.name}-2-", key)
    assert (setup.describe()["VersionId"], "LastUpdateTimestamp" in setup.describe()) == ("2", True)
    assert refusal(setup.firehose.update_destination, **update) == (
        "ConcurrentModificationException",
        f"Cannot update firehose: {setup.name} since the current version id: 2 and specified version id: 1 do not "
        "match",
    )


def test_tags_are_added_replaced_and_removed(setup: Setup) -> None:
    # GIVEN a delivery stream with a tag
    setup.create_delivery_stream(tags=[{"Key": "a", "Value": "1"}])

    # WHEN tags are changed
    setup.firehose.tag_delivery_stream(
        DeliveryStreamName=setup.name, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
    )
    setup.firehose.untag_delivery_stream(DeliveryStreamName=setup.name, TagKeys=["b", "none"])

    # THEN the list says so
    listed = setup.firehose.list_tags_for_delivery_stream(DeliveryStreamName=setup.name)
    assert (listed["Tags"], listed["HasMoreTags"]) == ([{"Key": "a", "Value": "2"}], False)


def test_list_is_alphabetical_paged_and_filtered(setup: Setup) -> None:
    # GIVEN three delivery streams
    setup.create_data_stream()
    names = [f"{setup.name}-{letter}" for letter in "cab"]
    for name in names:
        setup.create_delivery_stream(name=name, kinesis=name.endswith("c"))

    # WHEN they are listed one by one, THEN they come in order
    first = setup.firehose.list_delivery_streams(Limit=1, ExclusiveStartDeliveryStreamName=setup.name)
    rest = setup.firehose.list_delivery_streams(
        ExclusiveStartDeliveryStreamName=first["DeliveryStreamNames"][0],
        DeliveryStreamType="KinesisStreamAsSource",
    )
    assert (first["DeliveryStreamNames"], first["HasMoreDeliveryStreams"]) == ([f"{setup.name}-a"], True)
    assert [name for name in rest["DeliveryStreamNames"] if name.startswith(setup.name)] == [
        f"{setup.name}-c"
    ]


def test_errors_have_the_codes_and_messages_of_aws(setup: Setup) -> None:
    # GIVEN a delivery stream that reads a data stream
    setup.create_data_stream()
    setup.create_delivery_stream(kinesis=True)
    record = {"Record": {"Data": b"order"}}

    # WHEN calls cannot be served, THEN the answers are AWS's
    assert refusal(setup.firehose.put_record, DeliveryStreamName=setup.name, **record) == (
        "InvalidArgumentException",
        "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
    )
    assert refusal(setup.firehose.put_record, DeliveryStreamName="none", **record) == (
        "ResourceNotFoundException",
        "Firehose none under account 000000000000 not found.",
    )
    create = {"DeliveryStreamName": setup.name, "ExtendedS3DestinationConfiguration": setup.destination()}
    assert refusal(setup.firehose.create_delivery_stream, **create) == (
        "ResourceInUseException",
        f"Firehose {setup.name} under accountId 000000000000 already exists",
    )
    assert (
        refusal(
            setup.firehose.create_delivery_stream,
            **create,
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={
                "KinesisStreamARN": "arn:aws:kinesis:eu-north-1:000000000000:stream/none",
                "RoleARN": ROLE_ARN,
            },
        )[0]
        == "InvalidArgumentException"
    )
    assert refusal(setup.firehose.start_delivery_stream_encryption, DeliveryStreamName=setup.name) == (
        "InvalidArgumentException",
        "Server side encryption from firehose is only allowed for direct put delivery streams and database as a "
        "source delivery streams",
    )


def test_deleted_delivery_stream_is_gone_with_what_it_held(setup: Setup) -> None:
    # GIVEN a delivery stream that holds a record
    setup.create_delivery_stream(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900})
    setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"order"})

    # WHEN it is deleted
    setup.firehose.delete_delivery_stream(DeliveryStreamName=setup.name)

    # THEN it disappears, its name is free and nothing was delivered
    poll_until("the deletion", lambda: setup.name not in setup.delivery_stream_names())
    setup.create_delivery_stream()
    assert setup.objects() == {}
