"""Writes through the DynamoDB API and what its stream shows of them."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws
from tests.polling import WAITER_CONFIG, poll_until

KEY = {"AttributeName": "id", "KeyType": "HASH"}


def create_table(aws: Aws, name: str, view_type: str = "NEW_AND_OLD_IMAGES") -> str:
    """Create a table with a stream and return the stream's ARN."""
    aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[KEY],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view_type},
    )
    return str(aws.client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"])


def read_all(aws: Aws, stream_arn: str) -> list[dict[str, Any]]:
    """Return every record of a stream."""
    streams = aws.client("dynamodbstreams")
    records: list[dict[str, Any]] = []
    for shard in streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            response = streams.get_records(ShardIterator=iterator)
            records += response["Records"]
            iterator = response.get("NextShardIterator") if response["Records"] else None
    return records


def summary(records: list[dict[str, Any]]) -> list[tuple[str, str, Any, Any]]:
    """Return each record's event name, key and images."""
    return [
        (
            record["eventName"],
            record["dynamodb"]["Keys"]["id"]["S"],
            record["dynamodb"].get("OldImage"),
            record["dynamodb"].get("NewImage"),
        )
        for record in records
    ]


def item(name: str, **attributes: str) -> dict[str, dict[str, str]]:
    """Return an item with string attributes."""
    return {"id": {"S": name}, **{key: {"S": value} for key, value in attributes.items()}}


def test_every_way_of_writing_leaves_its_records(aws: Aws, name: str) -> None:
    # GIVEN a table with a stream
    dynamodb, stream_arn = aws.client("dynamodb"), create_table(aws, name)

    # WHEN items are put, put again unchanged, updated, batched, written in transactions and deleted
    dynamodb.put_item(TableName=name, Item=item("a"))
    dynamodb.put_item(TableName=name, Item=item("a"))
    dynamodb.put_item(TableName=name, Item=item("a", x="1"))
    for _ in range(2):
        dynamodb.update_item(
            TableName=name,
            Key=item("b"),
            UpdateExpression="SET x = :x",
            ExpressionAttributeValues={":x": {"S": "2"}},
        )
    dynamodb.batch_write_item(
        RequestItems={name: [{"PutRequest": {"Item": item("c")}}, {"DeleteRequest": {"Key": item("b")}}]}
    )
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": name, "Item": item("d")}},
            {
                "Update": {
                    "TableName": name,
                    "Key": item("e"),
                    "UpdateExpression": "SET x = :x",
                    "ExpressionAttributeValues": {":x": {"S": "3"}},
                }
            },
        ]
    )
    dynamodb.delete_item(TableName=name, Key=item("a"))
    dynamodb.delete_item(TableName=name, Key=item("never-there"))

    # THEN each change appears once, in order, and what changed nothing does not appear
    assert summary(read_all(aws, stream_arn)) == [
        ("INSERT", "a", None, item("a")),
        ("MODIFY", "a", item("a"), item("a", x="1")),
        ("INSERT", "b", None, item("b", x="2")),
        ("INSERT", "c", None, item("c")),
        ("REMOVE", "b", item("b", x="2"), None),
        ("INSERT", "d", None, item("d")),
        ("INSERT", "e", None, item("e", x="3")),
        ("REMOVE", "a", item("a", x="1"), None),
    ]


def test_a_cancelled_transaction_leaves_no_record(aws: Aws, name: str) -> None:
    # GIVEN an item that is there
    dynamodb, stream_arn = aws.client("dynamodb"), create_table(aws, name)
    dynamodb.put_item(TableName=name, Item=item("there"))

    # WHEN a transaction fails on its second condition
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": name, "Item": item("new")}},
                {
                    "Put": {
                        "TableName": name,
                        "Item": item("there", x="1"),
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                },
            ]
        )

    # THEN the stream shows neither write, and goes on with the next
    dynamodb.put_item(TableName=name, Item=item("later"))
    assert [row[:2] for row in summary(read_all(aws, stream_arn))] == [
        ("INSERT", "there"),
        ("INSERT", "later"),
    ]


def test_enabling_again_gives_a_new_stream_and_the_old_one_stays_readable(aws: Aws, name: str) -> None:
    # GIVEN a stream with a record
    dynamodb, old_arn = aws.client("dynamodb"), create_table(aws, name)
    dynamodb.put_item(TableName=name, Item=item("before"))

    # WHEN it is disabled, written past, and enabled again
    dynamodb.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName=name, Item=item("between"))
    dynamodb.update_table(
        TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    dynamodb.put_item(TableName=name, Item=item("after"))
    new_arn = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]

    # THEN both are there, each with its own record
    streams = aws.client("dynamodbstreams")
    assert [stream["StreamArn"] for stream in streams.list_streams(TableName=name)["Streams"]] == [
        old_arn,
        new_arn,
    ]
    assert summary(read_all(aws, old_arn)) == [("INSERT", "before", None, item("before"))]
    assert summary(read_all(aws, new_arn)) == [("INSERT", "after", None, None)]
    old = streams.describe_stream(StreamArn=old_arn)["StreamDescription"]
    assert (old["StreamStatus"], "EndingSequenceNumber" in old["Shards"][0]["SequenceNumberRange"]) == (
        "DISABLED",
        True,
    )


def test_enabling_an_enabled_stream_is_refused(aws: Aws, name: str) -> None:
    create_table(aws, name)

    with pytest.raises(ClientError, match="Table already has an enabled stream"):
        aws.client("dynamodb").update_table(
            TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        )


def test_concurrent_writes_to_one_item_are_recorded_in_the_order_they_took_effect(
    aws: Aws, name: str
) -> None:
    # GIVEN eight writers of one item
    dynamodb, stream_arn = aws.client("dynamodb"), create_table(aws, name)
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda index: dynamodb.put_item(TableName=name, Item=item("a", x=str(index))), range(80))
        )

    # THEN each record's old image is the new image of the one before
    rows = summary(read_all(aws, stream_arn))
    assert len(rows) == 80
    assert [row[2] for row in rows[1:]] == [row[3] for row in rows[:-1]]
    final = poll_until("the item", lambda: dynamodb.get_item(TableName=name, Key=item("a")).get("Item"))
    assert final == rows[-1][3]


def test_a_batch_is_recorded_in_its_own_order(aws: Aws, name: str) -> None:
    # GIVEN the item and the batches that LocalStack's suite recorded on AWS
    dynamodb, stream_arn = aws.client("dynamodb"), create_table(aws, name)
    dynamodb.put_item(TableName=name, Item=item("Fred"))

    # WHEN a batch puts the same item again and a new one, and another deletes that and changes the first
    answers = [
        dynamodb.batch_write_item(RequestItems=requests)
        for requests in (
            {name: [{"PutRequest": {"Item": item("Fred")}}, {"PutRequest": {"Item": item("NewKey")}}]},
            # A table's ARN may stand for its name.
            {
                stream_arn.partition("/stream/")[0]: [
                    {"DeleteRequest": {"Key": item("NewKey")}},
                    {"PutRequest": {"Item": item("Fred", x="Fred")}},
                ]
            },
        )
    ]

    # THEN the answers and the records are as AWS's
    assert [set(answer) - {"ResponseMetadata"} for answer in answers] == [{"UnprocessedItems"}] * 2
    assert summary(read_all(aws, stream_arn)) == [
        ("INSERT", "Fred", None, item("Fred")),
        ("INSERT", "NewKey", None, item("NewKey")),
        ("REMOVE", "NewKey", item("NewKey"), None),
        ("MODIFY", "Fred", item("Fred"), item("Fred", x="Fred")),
    ]


def test_concurrent_batches_lose_nothing(aws: Aws, name: str) -> None:
    # GIVEN a table with a stream
    dynamodb, stream_arn = aws.client("dynamodb"), create_table(aws, name)

    # WHEN eight clients write batches at once, with binary values
    def write(number: int) -> None:
        dynamodb.batch_write_item(
            RequestItems={
                name: [
                    {"PutRequest": {"Item": {"id": {"S": f"{number}-{n}"}, "b": {"B": b"\x00\xff"}}}}
                    for n in range(25)
                ]
            }
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))

    # THEN every item is there, and was recorded once
    names = sorted(f"{number}-{n}" for number in range(16) for n in range(25))
    found = dynamodb.scan(TableName=name)["Items"]
    assert sorted(one["id"]["S"] for one in found) == names
    assert {one["b"]["B"] for one in found} == {b"\x00\xff"}
    assert sorted(key for _, key, _, _ in summary(read_all(aws, stream_arn))) == names


def test_a_batch_that_is_refused_names_its_fault(aws: Aws, name: str) -> None:
    dynamodb = aws.client("dynamodb")
    request: Any = {"PutRequest": {"Item": item("a")}}

    with pytest.raises(
        dynamodb.exceptions.ResourceNotFoundException, match=r": Requested resource not found$"
    ):
        dynamodb.batch_write_item(RequestItems={name: [request]})

    create_table(aws, name)
    with pytest.raises(ClientError, match="contains duplicates") as refusal:
        dynamodb.batch_write_item(RequestItems={name: [request, request]})
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    assert dynamodb.scan(TableName=name)["Count"] == 0


def test_an_item_expires_and_its_record_names_the_service(aws: Aws, name: str) -> None:
    # GIVEN a table whose items expire, with one item that has and one that has not
    dynamodb, stream_arn = aws.client("dynamodb"), create_table(aws, name)
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    old = {**item("old"), "ttl": {"N": str(int(time.time()) - 1)}}
    dynamodb.put_item(TableName=name, Item=old)
    dynamodb.put_item(TableName=name, Item={**item("young"), "ttl": {"N": str(int(time.time()) + 3600)}})

    # THEN the first is deleted by the service, and only that one
    removed = poll_until("the item to expire", lambda: read_all(aws, stream_arn)[2:])
    assert "Item" not in dynamodb.get_item(TableName=name, Key=item("old"))
    assert summary(removed) == [("REMOVE", "old", old, None)]
    assert removed[0]["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "ttl",
    }


def test_time_to_live_of_an_unknown_table_names_it(aws: Aws, name: str) -> None:
    with pytest.raises(aws.client("dynamodb").exceptions.ResourceNotFoundException, match=name):
        aws.client("dynamodb").describe_time_to_live(TableName=name)


def test_changes_reach_a_kinesis_stream_without_a_stream_of_the_table(aws: Aws, name: str) -> None:
    # GIVEN a table without a stream and a data stream
    dynamodb, kinesis = aws.client("dynamodb"), aws.client("kinesis")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[KEY],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=WAITER_CONFIG)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]

    # WHEN it is made the table's destination, which is possible once, and the precision is changed
    enabled = dynamodb.enable_kinesis_streaming_destination(TableName=name, StreamArn=arn)
    with pytest.raises(dynamodb.exceptions.ClientError, match="must be DISABLED or ENABLE_FAILED"):
        dynamodb.enable_kinesis_streaming_destination(TableName=name, StreamArn=arn)
    dynamodb.put_item(TableName=name, Item=item("a"))
    dynamodb.update_kinesis_streaming_destination(
        TableName=name,
        StreamArn=arn,
        UpdateKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": "MICROSECOND"},
    )
    dynamodb.delete_item(TableName=name, Key=item("a"))
    dynamodb.disable_kinesis_streaming_destination(TableName=name, StreamArn=arn)
    dynamodb.put_item(TableName=name, Item=item("b"))

    # THEN the changes made meanwhile arrive, and no others
    def arrived() -> list[dict[str, Any]] | None:
        iterator = kinesis.get_shard_iterator(
            StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=iterator)["Records"]
        return [json.loads(record["Data"]) for record in records] if len(records) >= 2 else None

    first, second = poll_until("the changes in Kinesis", arrived)
    assert (first["eventName"], first["dynamodb"]["NewImage"]) == ("INSERT", item("a"))
    assert (second["eventName"], second["dynamodb"]["OldImage"]) == ("REMOVE", item("a"))
    times = [change["dynamodb"]["ApproximateCreationDateTime"] for change in (first, second)]
    assert [len(str(moment)) for moment in times] == [13, 16]
    assert enabled["DestinationStatus"] == "ENABLING"
    described = dynamodb.describe_kinesis_streaming_destination(TableName=name)
    assert [
        (entry["StreamArn"], entry["DestinationStatus"])
        for entry in described["KinesisDataStreamDestinations"]
    ] == [(arn, "DISABLED")]
