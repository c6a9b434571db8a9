"""Dynamic partitioning through boto3: which prefix a record gets, from a query, a function or both.

Nothing in AWS's API delivers before the 60 seconds that partitioned records are buffered for at least, so all
delivery streams of this file are made and fed at once, and wait at the same time.

https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
"""

import base64
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notebooks.lake import connect
from tests.conftest import Aws
from tests.integration.firehose_setup import ROLE_ARN, Setup, processing, processor
from tests.polling import poll_until

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
INTERVAL_SECONDS = 60
# With what the emulator needs to write the objects of them all, on a busy machine.
DELIVERY_SECONDS = 240.0
ERRORS = "errors/!{firehose:error-output-type}/"
BY_QUERY = "data/product=!{partitionKeyFromQuery:product}/year=!{timestamp:yyyy}/"
BY_FUNCTION = "data/product=!{partitionKeyFromLambda:product}/year=!{timestamp:yyyy}/"
BY_BOTH = "data/customer=!{partitionKeyFromLambda:customer}/product=!{partitionKeyFromQuery:product}/"
APPEND_DELIMITER = processor("AppendDelimiterToRecord")

TEA = b'{"product":"tea","quantity":1}'
COFFEE = b'{"product":"coffee","quantity":2}'
MORE_TEA = b'{"product":"tea","quantity":3}'
NUMBERED = b'{"product":7,"quantity":4}'
NOT_JSON = b"tea, 1"
WITHOUT_PRODUCT = b'{"quantity":5}'

# Numbers the records and says whose they are, in the way that AWS documents for a function.
FUNCTION = """
import base64, json
def handler(event, context):
    records = []
    for record in event["records"]:
        order = json.loads(base64.b64decode(record["data"]))
        keys = {name: order[name] for name in ("product", "customer") if name in order}
        order["product"] = order.get("product", "").upper()
        data = base64.b64encode(json.dumps(order).encode()).decode()
        records.append({
            "recordId": record["recordId"],
            "result": "Ok",
            "data": data,
            "metadata": {"partitionKeys": keys},
        })
    return {"records": records}
"""


def query_processor(query: str = "{product: .product}") -> dict[str, Any]:
    """Return the processor that finds partition keys with jq."""
    return processor("MetadataExtraction", MetadataExtractionQuery=query, JsonParsingEngine="JQ-1.6")


def json_rows(body: bytes) -> list[Any]:
    return [json.loads(line) for line in body.splitlines()]


class DeliveryStreams:
    """Every delivery stream of this file, made and fed; each has a bucket of its own."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._setups: list[Setup] = []
        self.by_query = self._create(self._setup(), BY_QUERY, query_processor())
        self.by_function = self._by_function()
        self.by_both = self._by_both()
        self.delimited = self._delimited()
        self.converted = self._converted()
        self.fed_at = datetime.now(UTC)
        self._feed()

    def remove(self) -> None:
        """Delete everything."""
        for setup in self._setups:
            setup.remove()

    def _setup(self) -> Setup:
        setup = Setup(self._aws, f"test-{uuid.uuid4().hex[:12]}")
        self._setups.append(setup)
        return setup

    def _create(self, setup: Setup, prefix: str, *processors: dict[str, Any], **arguments: Any) -> Setup:
        """Create a delivery stream whose records wait as short as AWS lets them."""
        setup.create_delivery_stream(
            BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": INTERVAL_SECONDS},
            Prefix=prefix,
            ErrorOutputPrefix=ERRORS,
            DynamicPartitioningConfiguration={"Enabled": True},
            ProcessingConfiguration=processing(*processors),
            **arguments,
        )
        return setup

    def _by_function(self) -> Setup:
        setup = self._setup()
        setup.create_function(FUNCTION)
        return self._create(setup, BY_FUNCTION, setup.lambda_processor(), APPEND_DELIMITER)

    def _by_both(self) -> Setup:
        setup = self._setup()
        setup.create_data_stream()
        setup.create_function(FUNCTION)
        de_aggregation = processor("RecordDeAggregation", SubRecordType="JSON")
        processors = (de_aggregation, setup.lambda_processor(), query_processor(), APPEND_DELIMITER)
        return self._create(setup, BY_BOTH, *processors, kinesis=True)

    def _delimited(self) -> Setup:
        # The delimiter of AWS's example: ####.
        de_aggregation = processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="IyMjIw==")
        processors = (de_aggregation, query_processor(), APPEND_DELIMITER)
        return self._create(self._setup(), BY_QUERY, *processors, CompressionFormat="GZIP")

    def _converted(self) -> Setup:
        setup = self._setup()
        setup.create_table({"product": "string", "quantity": "int"})
        conversion = {
            "SchemaConfiguration": {"RoleARN": ROLE_ARN, **setup.table},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        }
        return self._create(setup, BY_QUERY, query_processor(), DataFormatConversionConfiguration=conversion)

    def _feed(self) -> None:
        self.by_query.put_directly(TEA, COFFEE, NOT_JSON, MORE_TEA, NUMBERED, WITHOUT_PRODUCT)
        self.by_function.put_directly(TEA, WITHOUT_PRODUCT, MORE_TEA, COFFEE)
        self.by_both.put(
            b'{"customer":"a","product":"tea"}{"customer":"b","product":"tea"}\n{"customer":"a","product":"tea"}'
        )
        self.delimited.put_directly(b"####".join([TEA, COFFEE, MORE_TEA]))
        self.converted.put_directly(TEA, COFFEE, MORE_TEA)


@pytest.fixture(scope="module")
def streams(aws: Aws) -> Iterator[DeliveryStreams]:
    """Return the delivery streams, fed and still waiting."""
    created = DeliveryStreams(aws)
    yield created
    created.remove()


def delivered(setup: Setup, count: int, extension: str = "") -> dict[str, bytes]:
    """Return the bodies under `data/` by the partition's path, once there are as many objects.

    The names must be AWS's, with the year of the arrival where the prefix has it.
    """
    objects = poll_until(
        f"{count} partitions",
        lambda: found if len(found := setup.objects("data/")) >= count else None,
        timeout_seconds=DELIVERY_SECONDS,
        interval_seconds=0.5,
    )
    suffix = rf"{setup.name}-1-(?P<year>\d{{4}})(-\d\d){{5}}-{UUID}{re.escape(extension)}"
    bodies: dict[str, bytes] = {}
    for key, body in objects.items():
        match = re.fullmatch(rf"data/(?P<path>.+)/{suffix}", key)
        assert match, key
        bodies[match["path"].replace(f"year={match['year']}", "YEAR")] = body
    assert len(bodies) == len(objects)
    return bodies


def failures(setup: Setup, error_output_type: str, count: int) -> list[tuple[bytes, str, str]]:
    """Return record, code and message of every error of a type."""
    lines = poll_until(
        f"{count} records under {error_output_type}",
        lambda: setup.error_lines(f"errors/{error_output_type}/", count),
        timeout_seconds=DELIVERY_SECONDS,
        interval_seconds=0.5,
    )
    return [(base64.b64decode(line["rawData"]), line["errorCode"], line["errorMessage"]) for line in lines]


def test_active_partitions_are_counted_while_they_wait(streams: DeliveryStreams) -> None:
    # THEN the largest count is that of the products, and nothing came near the limit
    poll_until("the count of partitions", lambda: streams.by_query.metric_maximum("PartitionCount") == 3)
    poll_until("the count of two customers", lambda: streams.by_both.metric_maximum("PartitionCount") == 2)
    assert streams.by_query.metric_maximum("ActivePartitionsLimit") == 500
    assert streams.by_query.metric_maximum("PartitionCountExceeded") == 0
    assert (streams.by_query.metric_maximum("PerPartitionThroughput") or 0) > 0
    assert (streams.by_query.metric_maximum("JQProcessing.Duration") or 0) > 0


def test_query_gives_each_record_its_prefix(streams: DeliveryStreams) -> None:
    # THEN each product has an object, with its records in order
    assert delivered(streams.by_query, count=3) == {
        "product=tea/YEAR": TEA + MORE_TEA,
        "product=coffee/YEAR": COFFEE,
        "product=7/YEAR": NUMBERED,
    }
    # AND none was written before the interval had passed; S3's times have whole seconds
    listed = streams.by_query.s3.list_objects_v2(Bucket=streams.by_query.name)["Contents"]
    waited = min(each["LastModified"] for each in listed) - streams.fed_at
    assert waited >= timedelta(seconds=INTERVAL_SECONDS - 1)
    # AND what the query could not be applied to, or has no value for, is kept
    code = "DynamicPartitioning.MetadataExtractionFailed"
    assert failures(streams.by_query, "metadata-extraction-failed", count=2) == [
        (NOT_JSON, code, "Non JSON record provided"),
        (WITHOUT_PRODUCT, code, "partitionKeys values must not be null or empty"),
    ]
    # AND the metrics count both
    poll_until("the objects' metric", lambda: streams.by_query.metric_sum("DeliveryToS3.ObjectCount") == 3)
    assert streams.by_query.metric_sum("DeliveryToS3.Records") == 4


def test_function_gives_each_record_its_prefix(streams: DeliveryStreams) -> None:
    # THEN the keys are those that the function gave, and the rows those that it made
    bodies = delivered(streams.by_function, count=2)
    assert {path: json_rows(body) for path, body in bodies.items()} == {
        "product=tea/YEAR": [{"product": "TEA", "quantity": 1}, {"product": "TEA", "quantity": 3}],
        "product=coffee/YEAR": [{"product": "COFFEE", "quantity": 2}],
    }
    # AND the record that it gave no key for is kept as it was before the function
    ((record, _, message),) = failures(streams.by_function, "partitioning-failed", count=1)
    assert (record, message) == (WITHOUT_PRODUCT, "partitionKeys values must not be null or empty")


def test_function_and_query_work_on_each_part_of_a_record(streams: DeliveryStreams) -> None:
    # THEN one record of the data stream was three, and the query saw what the function had made of them
    bodies = delivered(streams.by_both, count=2)
    assert {path: json_rows(body) for path, body in bodies.items()} == {
        "customer=a/product=TEA": [{"customer": "a", "product": "TEA"}] * 2,
        "customer=b/product=TEA": [{"customer": "b", "product": "TEA"}],
    }
    # AND they were one record to whoever counts the source's
    assert streams.by_both.metric_sum("DataReadFromKinesisStream.Records") == 1
    poll_until("the processed records", lambda: streams.by_both.metric_sum("SucceedProcessing.Records") == 3)


def test_delimited_parts_are_compressed_a_line_for_each(streams: DeliveryStreams) -> None:
    # WHEN another client reads the prefix as a table partitioned the way of Hive
    delivered(streams.delimited, count=2, extension=".gz")
    with connect() as connection:
        rows = connection.sql(
            f"SELECT product, quantity FROM read_json('s3://{streams.delimited.name}/data/**/*.gz', "
            "hive_partitioning = true) ORDER BY quantity"
        ).fetchall()

    # THEN each part is a row
    assert rows == [("tea", 1), ("coffee", 2), ("tea", 3)]


def test_converted_partitions_are_one_table(streams: DeliveryStreams) -> None:
    # WHEN another client reads all partitions
    delivered(streams.converted, count=2, extension=".parquet")
    with connect() as connection:
        rows = connection.sql(
            "SELECT product, quantity, filename LIKE '%/product=' || product || '/%' "
            f"FROM read_parquet('s3://{streams.converted.name}/data/**/*.parquet', hive_partitioning = false, "
            "filename = true) ORDER BY quantity"
        ).fetchall()

    # THEN every row is there, where it belongs
    assert rows == [("tea", 1, True), ("coffee", 2, True), ("tea", 3, True)]
