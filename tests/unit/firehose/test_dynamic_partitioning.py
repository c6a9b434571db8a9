"""Dynamic partitioning: a buffer, and objects, for each active partition.

https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-error-handling.html
"""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from emulator.firehose.configuration import MEBIBYTE, Configuration
from emulator.firehose.routing import MAXIMUM_ACTIVE_PARTITIONS
from tests.unit.firehose.fakes import NOW, Subject, configuration, lambda_processor

QUERY = "{customer: .customer}"


def partitioned(size_in_mbs: float = 64, interval_in_seconds: float = 60, **settings: Any) -> Configuration:
    """Return settings that part records by their customer."""
    return configuration(
        size_in_mbs,
        interval_in_seconds,
        prefix="customer=!{partitionKeyFromQuery:customer}/",
        dynamic_partitioning=True,
        metadata_extraction_query=QUERY,
        **settings,
    )


def order(customer: object, text: str = "") -> bytes:
    return json.dumps({"customer": customer, "text": text}).encode()


def bodies_by_folder(stream: Subject) -> dict[str, bytes]:
    """Return what each folder holds, its objects joined in the order they were written."""
    folders: dict[str, bytes] = {}
    for key, stored in stream.s3.objects.items():
        folder = key.rpartition("/")[0]
        folders[folder] = folders.get(folder, b"") + stored["Body"]
    return folders


def test_every_partition_gets_an_object_of_its_own() -> None:
    # GIVEN records of two customers
    stream = Subject(partitioned())
    stream.kinesis.put(order("ann", "1"), order("bob", "2"), order("ann", "3"))
    stream.run()

    # WHEN the interval has passed
    stream.run(60)

    # THEN each customer's records are together, in order, and all are settled
    assert bodies_by_folder(stream) == {
        "customer=ann": order("ann", "1") + order("ann", "3"),
        "customer=bob": order("bob", "2"),
    }
    assert (len(stream.s3.objects), stream.checkpoint()) == (2, 3)


def test_keys_of_the_function_name_the_partition_and_the_query_sees_its_output() -> None:
    # GIVEN a function that gives a key, and a query over what it returns
    settings = partitioned(processor=lambda_processor(interval_in_seconds=0))
    prefix = "!{partitionKeyFromLambda:day}/!{partitionKeyFromQuery:customer}/"
    destination = replace(settings.destination, prefix=prefix)
    stream = Subject(replace(settings, destination=destination))

    def handler(event: dict[str, Any]) -> dict[str, Any]:
        data = base64.b64encode(order("ann")).decode()
        metadata = {"partitionKeys": {"day": "monday"}}
        return {
            "records": [
                {"recordId": each["recordId"], "result": "Ok", "data": data, "metadata": metadata}
                for each in event["records"]
            ]
        }

    stream.function.handler = handler
    stream.kinesis.put(b"anything")

    # WHEN it is delivered
    stream.run()
    stream.run(60)

    # THEN both keys are in the object's name
    assert bodies_by_folder(stream) == {"monday/ann": order("ann")}


def test_hints_count_for_each_partition() -> None:
    # GIVEN hints of 1 MiB and 60 s, a partition that gets that much, and one that does not
    stream = Subject(partitioned(size_in_mbs=1))
    stream.kinesis.put(order("small"), order("large", "x" * MEBIBYTE))

    # WHEN no time has passed, THEN the large one is delivered
    stream.run()
    assert list(bodies_by_folder(stream)) == ["customer=large"]

    # WHEN the interval of the small one has passed, THEN that is, too
    stream.run(59.9)
    assert len(stream.s3.objects) == 1
    stream.run(0.1)
    assert list(bodies_by_folder(stream)) == ["customer=large", "customer=small"]


def test_refused_partition_neither_holds_up_the_others_nor_loses_its_order() -> None:
    # GIVEN S3 that refuses one customer's objects, while records of two customers keep coming
    stream = Subject(partitioned(interval_in_seconds=60))
    stream.s3.refused = "customer=ann"
    for number in range(5):
        stream.kinesis.put(order("ann", str(number)), order("bob", str(number)))
        stream.run(60)
    stream.run(60)

    # WHEN that goes on, THEN the other one's are delivered, and nothing is settled past the refused ones
    assert bodies_by_folder(stream) == {
        "customer=bob": b"".join(order("bob", str(each)) for each in range(5))
    }
    assert stream.checkpoint() == 0

    # WHEN S3 takes them, THEN they are there in order, the first under the name that was tried first
    stream.s3.refused = None
    stream.run(10)
    stream.run(60)
    assert bodies_by_folder(stream)["customer=ann"] == b"".join(order("ann", str(each)) for each in range(5))
    assert (stream.checkpoint(), stream.s3.attempted_keys[0] in stream.s3.objects) == (10, True)


def test_partition_is_delivered_while_another_one_waits_for_its_next_attempt() -> None:
    # GIVEN a partition that S3 refuses from second 60 on, and one that is due at second 80
    stream = Subject(partitioned())
    stream.s3.refused = "customer=ann"
    stream.kinesis.put(order("ann"))
    stream.run()
    stream.clock.advance(20)
    stream.kinesis.put(order("bob"))
    stream.run()
    stream.run(40)
    while stream.clock.monotonic() < 79.5:
        stream.run(0.5)
    attempts = len(stream.s3.attempted_keys)

    # WHEN it is due, THEN it alone is written
    stream.run(0.5)
    assert [key.partition("/")[0] for key in stream.s3.attempted_keys[attempts:]] == ["customer=bob"]
    assert bodies_by_folder(stream) == {"customer=bob": order("bob")}


def fill(stream: Subject, count: int) -> None:
    """Make as many partitions active."""
    stream.kinesis.put(*[order(f"c{number}") for number in range(count)])
    stream.run()


def test_records_beyond_the_limit_of_active_partitions_go_to_the_error_prefix() -> None:
    # GIVEN as many active partitions as there may be
    stream = Subject(partitioned())
    fill(stream, MAXIMUM_ACTIVE_PARTITIONS)

    # WHEN records of a new and of an active partition come
    stream.kinesis.put(order("new"), order("c0", "again"))
    stream.run(0.2)
    stream.run(60)

    # THEN the new one is an error, with its record
    (body,) = stream.s3.bodies("errors/activePartitionExceeded/")
    line = json.loads(body)
    assert (line["errorCode"], base64.b64decode(line["rawData"]), line["attemptsMade"]) == (
        "DynamicPartitioning.ActivePartitionExceeded",
        order("new"),
        1,
    )
    assert bodies_by_folder(stream)["customer=c0"] == order("c0") + order("c0", "again")
    assert stream.checkpoint() == MAXIMUM_ACTIVE_PARTITIONS + 2

    # WHEN the partitions were delivered, THEN they are no longer active and there is a place for new ones
    stream.kinesis.put(order("new"))
    stream.run(0.2)
    stream.run(60)
    assert bodies_by_folder(stream)["customer=new"] == order("new")


def test_partition_that_s3_refuses_stays_active() -> None:
    # GIVEN as many active partitions as there may be, of which one is refused
    stream = Subject(partitioned())
    stream.s3.refused = "customer=c0/"
    fill(stream, MAXIMUM_ACTIVE_PARTITIONS)
    stream.run(60)

    # WHEN as many new ones come, THEN there is no place for the last one
    stream.kinesis.put(*[order(f"new{number}") for number in range(MAXIMUM_ACTIVE_PARTITIONS)])
    stream.run(0.2)
    stream.run(60)
    (body,) = stream.s3.bodies("errors/activePartitionExceeded/")
    assert base64.b64decode(json.loads(body)["rawData"]) == order(f"new{MAXIMUM_ACTIVE_PARTITIONS - 1}")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"not json", "Non JSON record provided", id="not JSON"),
        pytest.param(order(None), "partitionKeys values must not be null or empty", id="key that is null"),
    ],
)
def test_record_without_its_key_goes_to_the_error_prefix(data: bytes, message: str) -> None:
    # GIVEN a record without a partition between two good ones
    stream = Subject(partitioned())
    stream.kinesis.put(order("ann", "1"), data, order("ann", "2"))

    # WHEN everything is delivered
    stream.run()
    stream.run(60)

    # THEN that one is in the error prefix, and all are settled
    (body,) = stream.s3.bodies("errors/metadata-extraction-failed/")
    arrival = round(NOW * 1000)
    assert json.loads(body) == {
        "rawData": base64.b64encode(data).decode(),
        "errorCode": "DynamicPartitioning.MetadataExtractionFailed",
        "errorMessage": message,
        "attemptsMade": 1,
        "arrivalTimestamp": arrival,
        "attemptEndingTimestamp": arrival,
    }
    assert bodies_by_folder(stream)["customer=ann"] == order("ann", "1") + order("ann", "2")
    assert stream.checkpoint() == 3


def test_largest_partitions_are_delivered_early_when_too_much_is_held() -> None:
    # GIVEN hints that would hold more than there is room for: many partitions, each far below 1 MiB
    stream = Subject(partitioned(size_in_mbs=1, interval_in_seconds=900))
    stream.kinesis.page_size = 10
    stream.kinesis.put(order("large", "x" * (MEBIBYTE // 2)))
    stream.kinesis.put(*[order(f"c{number}", "x" * (MEBIBYTE // 4)) for number in range(180)])

    # WHEN all of it arrives, long before any interval is over
    held = []
    for _ in range(60):
        stream.run(1)
        held.append(stream.delivery_stream.held_bytes)

    # THEN reading went on to the end, within the bound, and the largest was delivered first
    stream.delivery_stream.metrics.publish()
    assert stream.cloudwatch.sums()["DataReadFromKinesisStream.Records"] == 181
    assert max(held) < 45 * MEBIBYTE
    assert next(iter(stream.s3.objects)).startswith("customer=large/")
    assert len(stream.s3.objects) < 100


def test_update_of_the_prefix_holds_for_records_that_come_later() -> None:
    # GIVEN a record buffered for a partition
    settings = partitioned()
    stream = Subject(settings)
    stream.kinesis.put(order("ann"))
    stream.run()

    # WHEN the prefix is updated to use another key, and another record comes
    destination = replace(settings.destination, prefix="text=!{partitionKeyFromQuery:text}/")
    updated = replace(
        settings, version_id=2, destination=destination, metadata_extraction_query="{text: .text}"
    )
    stream.delivery_stream.configure(updated)
    stream.kinesis.put(order("ann", "later"))
    stream.run(0.2)
    stream.run(60)

    # THEN each is where its keys lead
    assert bodies_by_folder(stream) == {
        "customer=ann": order("ann"),
        "text=later": order("ann", "later"),
    }


def test_partitions_are_measured() -> None:
    # GIVEN three partitions that stay active, of which one gets 5,000 bytes in five seconds
    stream = Subject(partitioned())
    stream.s3.refused = "customer="
    data = order("ann", "x" * (5000 - len(order("ann"))))
    stream.kinesis.put(data, order("bob"), order("cid"))
    stream.run()
    stream.clock.advance(5)

    # WHEN the delivery stream publishes, as it does when it stops
    stream.delivery_stream.stop(deadline=stream.clock.monotonic())

    # THEN the metrics of partitions have AWS's units
    published = {datum["MetricName"]: datum for datum in stream.cloudwatch.data}
    units = {name: published[name]["Unit"] for name in published}
    assert {name: unit for name, unit in units.items() if "artition" in name or "JQ" in name} == {
        "ActivePartitionsLimit": "Count",
        "PartitionCount": "Count",
        "PartitionCountExceeded": "Count",
        "PerPartitionThroughput": "Bytes/Second",
        "JQProcessing.Duration": "Milliseconds",
    }
    statistics = {name: published[name]["StatisticValues"] for name in published}
    assert statistics["PartitionCount"]["Maximum"] == 3
    assert statistics["PartitionCountExceeded"]["Maximum"] == 0
    assert (
        statistics["PerPartitionThroughput"]["SampleCount"],
        statistics["PerPartitionThroughput"]["Maximum"],
    ) == (
        3,
        1000,
    )


def test_exceeding_the_limit_is_measured() -> None:
    # GIVEN one partition more than there may be, none of which can be delivered
    stream = Subject(partitioned())
    stream.s3.refused = "customer="
    fill(stream, MAXIMUM_ACTIVE_PARTITIONS + 1)

    # WHEN the delivery stream publishes, as it does when it stops
    stream.delivery_stream.stop(deadline=stream.clock.monotonic())

    # THEN the metrics say so
    sums = stream.cloudwatch.sums()
    assert (sums["PartitionCount"], sums["PartitionCountExceeded"]) == (MAXIMUM_ACTIVE_PARTITIONS, 1)


def test_freshness_is_that_of_the_oldest_record_of_any_partition() -> None:
    # GIVEN a refused partition with a record 70 s old, and fresh records of others
    stream = Subject(partitioned())
    stream.s3.refused = "customer=ann"
    stream.kinesis.put(order("ann"))
    stream.run()
    stream.run(60)
    stream.kinesis.put(order("bob"))
    stream.run(5)
    stream.clock.advance(5)
    stream.cloudwatch.data.clear()

    # WHEN the delivery stream publishes
    stream.delivery_stream.stop(deadline=stream.clock.monotonic())

    # THEN the freshness is the age of the refused record
    (freshness,) = [
        each for each in stream.cloudwatch.data if each["MetricName"] == "DeliveryToS3.DataFreshness"
    ]
    assert freshness["StatisticValues"]["Maximum"] == 70


def test_objects_are_counted_with_dynamic_partitioning() -> None:
    stream = Subject(partitioned())
    stream.kinesis.put(order("ann"), order("bob"))

    stream.run()
    stream.run(60)
    stream.delivery_stream.metrics.publish()

    assert stream.cloudwatch.sums()["DeliveryToS3.ObjectCount"] == 2
