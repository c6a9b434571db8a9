"""Data streams through the Kinesis API."""

import json
import urllib.request
from typing import Any

import pytest

from tests.conftest import Aws
from tests.emulator_process import REGION, EmulatorProcess

FIRST = "shardId-000000000000"


def read_shard(aws: Aws, name: str, shard_id: str) -> tuple[list[bytes], dict[str, Any]]:
    """Return a shard's records and the last answer of GetRecords."""
    kinesis = aws.client("kinesis")
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    response = kinesis.get_records(ShardIterator=iterator)
    return [record["Data"] for record in response["Records"]], response


def test_records_are_read_back_as_they_were_put(aws: Aws, name: str) -> None:
    # GIVEN a stream
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)

    # WHEN records are put by both operations, by name and by ARN
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    one = kinesis.put_record(StreamName=name, Data=b"\x00\xff", PartitionKey="a")
    many = kinesis.put_records(
        StreamARN=arn, Records=[{"Data": b"b", "PartitionKey": "b"}, {"Data": b"c", "PartitionKey": "c"}]
    )

    # THEN they come back byte for byte, under the sequence numbers of the answers
    data, response = read_shard(aws, name, FIRST)
    assert data == [b"\x00\xff", b"b", b"c"]
    assert [record["SequenceNumber"] for record in response["Records"]] == [
        one["SequenceNumber"],
        *(result["SequenceNumber"] for result in many["Records"]),
    ]
    assert [record["PartitionKey"] for record in response["Records"]] == ["a", "b", "c"]
    assert (many["FailedRecordCount"], response["MillisBehindLatest"]) == (0, 0)


def test_a_split_closes_the_parent_and_opens_its_children(aws: Aws, name: str) -> None:
    # GIVEN a stream of one shard with a record
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.put_record(StreamName=name, Data=b"before", PartitionKey="a")

    # WHEN its shard is split in the middle
    kinesis.split_shard(StreamName=name, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    kinesis.put_record(StreamName=name, Data=b"after", PartitionKey="a")

    # THEN the parent ends with its record, and one child has the new one
    data, response = read_shard(aws, name, FIRST)
    children = [shard["ShardId"] for shard in response["ChildShards"]]
    assert (data, "NextShardIterator" in response) == ([b"before"], False)
    assert sorted(datum for child in children for datum in read_shard(aws, name, child)[0]) == [b"after"]
    opened = kinesis.list_shards(StreamName=name, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    assert [shard["ShardId"] for shard in opened] == children


def test_a_merge_closes_both_parents(aws: Aws, name: str) -> None:
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.put_records(
        StreamName=name, Records=[{"Data": bytes([i]), "PartitionKey": str(i)} for i in range(10)]
    )

    kinesis.merge_shards(StreamName=name, ShardToMerge=FIRST, AdjacentShardToMerge="shardId-000000000001")

    shards = kinesis.list_shards(StreamName=name)["Shards"]
    closed = ["EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in shards]
    assert closed == [True, True, False]
    assert shards[2]["ParentShardId"] == FIRST
    assert sorted(read_shard(aws, name, FIRST)[0] + read_shard(aws, name, "shardId-000000000001")[0]) == [
        bytes([i]) for i in range(10)
    ]


def test_tags_given_at_creation_are_kept(aws: Aws, name: str) -> None:
    kinesis = aws.client("kinesis")

    kinesis.create_stream(StreamName=name, ShardCount=1, Tags={"project": "sales"})

    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "project", "Value": "sales"}]


def test_an_unknown_stream_is_refused(aws: Aws, name: str) -> None:
    kinesis = aws.client("kinesis")

    with pytest.raises(kinesis.exceptions.ResourceNotFoundException) as raised:
        kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="a")

    assert raised.value.response["Error"]["Message"] == f"Stream {name} under account 000000000000 not found."

    # AND by the operations that read a shard, as a shard that is not there
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException) as raised:
        kinesis.get_shard_iterator(StreamName=name, ShardId=FIRST, ShardIteratorType="LATEST")
    assert raised.value.response["Error"]["Message"] == (
        f"Shard {FIRST} in stream {name} under account 000000000000 does not exist"
    )


def test_a_malformed_iterator_is_refused(aws: Aws) -> None:
    kinesis = aws.client("kinesis")

    with pytest.raises(kinesis.exceptions.InvalidArgumentException):
        kinesis.get_records(ShardIterator="nonsense")


def test_a_stream_without_a_shard_count_is_on_demand(aws: Aws, name: str) -> None:
    # LocalStack: test_create_stream_without_shard_count, recorded on AWS with four shards
    kinesis = aws.client("kinesis")

    kinesis.create_stream(StreamName=name)

    description = kinesis.describe_stream(StreamName=name, Limit=3)["StreamDescription"]
    assert (len(description["Shards"]), description["HasMoreShards"]) == (3, True)
    assert description["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert (summary["OpenShardCount"], summary["ConsumerCount"]) == (4, 0)


def test_the_shard_count_is_updated_by_arn(aws: Aws, name: str) -> None:
    # GIVEN an on-demand stream, made a provisioned one
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "PROVISIONED"})

    # WHEN
    update = kinesis.update_shard_count(StreamARN=arn, TargetShardCount=3, ScalingType="UNIFORM_SCALING")

    # THEN
    del update["ResponseMetadata"]
    assert update == {"StreamName": name, "StreamARN": arn, "CurrentShardCount": 4, "TargetShardCount": 3}
    opened = kinesis.list_shards(StreamARN=arn, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    starts = sorted(int(shard["HashKeyRange"]["StartingHashKey"]) for shard in opened)
    assert starts == [index * (2**128 // 3) for index in range(3)]


def test_a_timestamp_is_taken_to_the_millisecond(aws: Aws, emulator: EmulatorProcess, name: str) -> None:
    # GIVEN records of which the last came in a later millisecond than the others
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arrivals: list[float] = []
    while len(set(arrivals)) < 2:
        kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="a")
        records = read_shard(aws, name, FIRST)[1]["Records"]
        arrivals = [record["ApproximateArrivalTimestamp"].timestamp() for record in records]

    # WHEN its time is the start, in a request as clients other than boto3 send it
    request = urllib.request.Request(
        emulator.url,
        data=json.dumps(
            {
                "StreamName": name,
                "ShardId": FIRST,
                "ShardIteratorType": "AT_TIMESTAMP",
                "Timestamp": arrivals[-1],
            }
        ).encode(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "Kinesis_20131202.GetShardIterator",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/kinesis/aws4_request, "
            "SignedHeaders=host, Signature=0",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        iterator = json.load(response)["ShardIterator"]

    # THEN it is the first record that is read
    assert len(kinesis.get_records(ShardIterator=iterator)["Records"]) == 1


def cbor(emulator: EmulatorProcess, operation: str, **members: str) -> bytes:
    """Return the answer to a request as the Java SDK sends it; `members` are texts."""
    # A map of short texts and of texts whose length takes one byte.
    body = bytes([0xA0 + len(members)])
    for key, value in members.items():
        body += bytes([0x60 + len(key)]) + key.encode() + b"\x78" + bytes([len(value)]) + value.encode()
    request = urllib.request.Request(
        emulator.url,
        data=body,
        headers={
            "Content-Type": "application/x-amz-cbor-1.1",
            "X-Amz-Target": f"Kinesis_20131202.{operation}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/kinesis/aws4_request, "
            "SignedHeaders=host, Signature=0",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "application/x-amz-cbor-1.1"
        content: bytes = answer.read()
    return content


def test_operations_that_moto_serves_take_cbor(aws: Aws, emulator: EmulatorProcess, name: str) -> None:
    aws.client("kinesis").create_stream(StreamName=name, ShardCount=1)

    body = cbor(emulator, "DescribeStream", StreamName=name)

    assert b"\x6cStreamStatus\x66ACTIVE" in body
    assert name.encode() in body


def test_an_operation_with_nothing_to_say_answers_without_a_body(
    emulator: EmulatorProcess, name: str
) -> None:
    # "the service sends back an HTTP 200 response with an empty HTTP body", as the pages of the API say
    assert cbor(emulator, "CreateStream", StreamName=name) == b""
    assert cbor(emulator, "DeleteStream", StreamName=name) == b""


def test_times_are_times_in_cbor_too(aws: Aws, emulator: EmulatorProcess, name: str) -> None:
    # GIVEN a stream, a consumer and a record
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    kinesis.put_record(StreamName=name, PartitionKey="a", Data=b"x")
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=FIRST, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]

    # THEN each time is tagged as one, and a whole number of milliseconds, as the Java SDK reads it
    for operation, members in (
        ("RegisterStreamConsumer", {"StreamARN": arn, "ConsumerName": "reader"}),
        ("DescribeStreamConsumer", {"StreamARN": arn, "ConsumerName": "reader"}),
        ("ListStreamConsumers", {"StreamARN": arn}),
        ("ListStreams", {}),
        ("DescribeStream", {"StreamName": name}),
        ("DescribeStreamSummary", {"StreamName": name}),
        ("GetRecords", {"ShardIterator": iterator}),
    ):
        body = cbor(emulator, operation, **members)
        times = body.count(b"Timestamp")
        assert (operation, times > 0, body.count(b"Timestamp\xc1\x1b")) == (operation, True, times)


def test_a_policy_is_put_on_a_stream_that_exists(aws: Aws, name: str) -> None:
    kinesis = aws.client("kinesis")

    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.put_resource_policy(
            ResourceARN=f"arn:aws:kinesis:{REGION}:000000000000:stream/{name}", Policy="{}"
        )
