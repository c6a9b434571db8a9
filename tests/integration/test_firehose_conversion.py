"""What objects are made of: Parquet and ORC with a schema from Glue, and compressed objects.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow
import pyarrow.orc
import pyarrow.parquet
import pytest

from notebooks.lake import connect
from tests.conftest import Aws
from tests.integration.firehose_setup import ACCOUNT_ID, REGION, ROLE_ARN, Setup
from tests.polling import poll_until

PARQUET: dict[str, Any] = {"ParquetSerDe": {}}
OPENX: dict[str, Any] = {"OpenXJsonSerDe": {}}
COLUMNS = {
    "order_id": "string",
    "quantity": "int",
    "price": "decimal(10,2)",
    "ratio": "double",
    "paid": "boolean",
    "ordered_on": "date",
    "ordered_at": "timestamp",
    "tags": "array<string>",
    "customer": "struct<name:string,address:struct<city:string,lines:array<string>>>",
}
ORDER = {
    "order_id": "1",
    "quantity": 3,
    "price": 19.99,
    "ratio": 0.25,
    "paid": True,
    "ordered_on": "2026-02-28",
    "ordered_at": "2026-02-28T23:59:58.123456Z",
    "tags": ["new", "é"],
    "customer": {"name": "Ada", "address": {"city": "Umeå", "lines": ["1", "2"]}},
}
ROW = ORDER | {
    "price": Decimal("19.99"),
    "ordered_on": date(2026, 2, 28),
    "ordered_at": datetime(2026, 2, 28, 23, 59, 58, 123456),
}
EMPTY_ROW = dict.fromkeys(COLUMNS)
# Larger than a block of either kind of Snappy.
BODY = b"".join(b'{"order_id":"%d"}\n' % number for number in range(20_000))
SNAPPY_BLOCK_BYTES = 32 * 1024


@pytest.fixture
def setup(aws: Aws, name: str) -> Iterator[Setup]:
    """Return a bucket, and makers of what is delivered to it; everything is removed afterwards."""
    resources = Setup(aws, name)
    yield resources
    resources.remove()


def create_converting(
    setup: Setup,
    serializer: dict[str, Any] = PARQUET,
    deserializer: dict[str, Any] = OPENX,
    **arguments: Any,
) -> None:
    """Create a delivery stream that converts to the table's columns, and delivers after a second."""
    setup.create_delivery_stream(
        BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 1},
        Prefix="data/",
        DataFormatConversionConfiguration={
            "SchemaConfiguration": {"RoleARN": ROLE_ARN, **setup.table},
            "InputFormatConfiguration": {"Deserializer": deserializer},
            "OutputFormatConfiguration": {"Serializer": serializer},
        },
        **arguments,
    )


def as_json(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def the_object(setup: Setup) -> tuple[str, str | None, bytes]:
    """Return name, content encoding and body of the only object under `data/`, once it is there."""
    (key,) = poll_until("the object", lambda: setup.objects("data/"))
    stored = setup.s3.get_object(Bucket=setup.name, Key=key)
    return key, stored.get("ContentEncoding"), stored["Body"].read()


def orc_files(setup: Setup, rows: int) -> dict[str, Any]:
    """Return the ORC files under `data/`, or none while they have fewer rows."""
    files = {key: pyarrow.orc.ORCFile(io.BytesIO(body)) for key, body in setup.objects("data/").items()}
    return files if sum(file.nrows for file in files.values()) >= rows else {}


def rows_of_all(setup: Setup) -> list[tuple[Any, ...]]:
    """Return what DuckDB reads of all Parquet objects together, with the columns of all of them."""
    with connect() as connection:
        return connection.sql(
            f"SELECT * FROM read_parquet('s3://{setup.name}/data/**/*.parquet', union_by_name = true)"
        ).fetchall()


def metrics_are(setup: Setup, **expected: float) -> bool:
    """Tell whether the sums of metrics are as expected; the names have an underscore for the dot."""
    return {name: setup.metric_sum(name.replace("_", ".")) for name in expected} == expected


def test_parquet_has_the_types_of_the_table(setup: Setup) -> None:
    # GIVEN a table, and a delivery stream that converts to Parquet
    setup.create_table(COLUMNS)
    create_converting(setup)

    # WHEN records are put: all columns, none of them, and two objects with keys in another case in one record
    sizes = [as_json({"ORDER_ID": str(number), "unknown": number}) for number in (2, 3)]
    setup.put_directly(as_json(ORDER), b"{}", b"\n".join(sizes))

    # THEN the object has the extension and the encoding that were seen on AWS
    key, encoding, body = the_object(setup)
    assert (key[-8:], encoding) == (".parquet", "hadoop-snappy")

    # THEN Arrow reads the values
    others = [EMPTY_ROW | {"order_id": number} for number in ("2", "3")]
    expected = [ROW, EMPTY_ROW, *others]
    assert pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist() == expected

    # THEN DuckDB reads the same from S3, in columns of these types
    with connect() as connection:
        relation = connection.sql(f"SELECT * FROM read_parquet('s3://{setup.name}/{key}')")
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in relation.fetchall()]
    assert types == {
        "order_id": "VARCHAR",
        "quantity": "INTEGER",
        "price": "DECIMAL(10,2)",
        "ratio": "DOUBLE",
        "paid": "BOOLEAN",
        "ordered_on": "DATE",
        "ordered_at": "TIMESTAMP",
        "tags": "VARCHAR[]",
        "customer": 'STRUCT("name" VARCHAR, address STRUCT(city VARCHAR, lines VARCHAR[]))',
    }
    assert rows == expected

    # THEN the metrics count records
    size_bytes = float(len(as_json(ORDER)) + 2 + len(b"\n".join(sizes)))
    poll_until(
        "the conversion's metrics",
        lambda: metrics_are(
            setup,
            SucceedConversion_Records=3.0,
            SucceedConversion_Bytes=size_bytes,
            DeliveryToS3_Records=3.0,
        ),
    )
    assert metrics_are(setup, FailedConversion_Records=0.0)


def test_orc_has_the_types_of_the_table(setup: Setup) -> None:
    # GIVEN a delivery stream that reads a data stream with times of an own format, and converts to ORC
    setup.create_data_stream()
    setup.create_table(COLUMNS)
    create_converting(
        setup,
        serializer={"OrcSerDe": {"Compression": "ZLIB"}},
        deserializer={"HiveJsonSerDe": {"TimestampFormats": ["dd/MM/yyyy HH:mm:ss.SSSSSS"]}},
        kinesis=True,
    )

    # WHEN records are put
    setup.put(as_json(ORDER | {"ordered_at": "28/02/2026 23:59:58.123456"}))
    setup.put(b"{}")

    # THEN Arrow reads their values from objects with the compression of the settings
    objects = poll_until("two rows", lambda: orc_files(setup, rows=2))
    assert [row for file in objects.values() for row in file.read().to_pylist()] == [ROW, EMPTY_ROW]
    assert {file.compression for file in objects.values()} == {"ZLIB"}
    assert {key[-4:] for key in objects} == {".orc"}


def test_record_that_cannot_be_converted_fails_alone(setup: Setup) -> None:
    # GIVEN a delivery stream with an error output prefix
    setup.create_table({"order_id": "string", "quantity": "int"})
    create_converting(setup, ErrorOutputPrefix="errors/!{firehose:error-output-type}/")

    # WHEN records with and without mistakes are put
    bad = [b'{"order_id":', b'{"order_id":"3","quantity":"many"}', b'[{"order_id":"4"}]']
    setup.put_directly(b'{"order_id":"1","quantity":1}', *bad, b'{"order_id":"2"}')

    # THEN the good ones are converted
    _, _, body = the_object(setup)
    assert pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist() == [
        {"order_id": "1", "quantity": 1},
        {"order_id": "2", "quantity": None},
    ]

    # THEN each of the others is a line with its own bytes, its error and the table
    lines = poll_until("the errors", lambda: setup.error_lines("errors/format-conversion-failed/", count=3))
    assert [(base64.b64decode(line["rawData"]), line["lastErrorCode"]) for line in lines] == [
        (bad[0], "DataFormatConversion.ParseError"),
        (bad[1], "DataFormatConversion.MalformedData"),
        (bad[2], "DataFormatConversion.MalformedData"),
    ]
    assert [line["dataCatalogTable"] for line in lines] == [
        {
            "catalogId": ACCOUNT_ID,
            "databaseName": setup.name,
            "tableName": "orders",
            "region": REGION,
            "versionId": "LATEST",
            "roleArn": ROLE_ARN,
        }
    ] * 3

    # THEN the metrics count both
    poll_until(
        "the conversion's metrics",
        lambda: metrics_are(
            setup,
            SucceedConversion_Records=2.0,
            FailedConversion_Records=3.0,
            FailedConversion_Bytes=float(sum(map(len, bad))),
            DeliveryToS3_Records=2.0,
        ),
    )


def test_column_that_the_table_gets_later_is_filled(setup: Setup) -> None:
    # GIVEN a delivery stream that has converted to a table
    columns = {"order_id": "string"}
    setup.create_table(columns)
    create_converting(setup)
    setup.put_directly(b'{"order_id":"old","quantity":1}')
    the_object(setup)

    # WHEN the table gets a column, and records go on coming
    setup.update_table(columns | {"quantity": "int"})

    def put_and_look() -> bool:
        setup.put_directly(b'{"order_id":"new","quantity":2}')
        return ("new", 2) in rows_of_all(setup)

    # THEN it is filled before long, and what was written before can be read with it
    poll_until("the new column", put_and_look, interval_seconds=1)
    assert ("old", None) in rows_of_all(setup)


def test_table_that_is_deleted_fails_every_record(setup: Setup) -> None:
    # GIVEN a delivery stream whose table was deleted
    setup.create_table({"order_id": "string"})
    create_converting(setup)
    setup.delete_table()

    # WHEN records are put
    records = [b'{"order_id":"1"}', b'{"order_id":"2"}']
    setup.put_directly(*records)

    # THEN all of them are kept
    lines = poll_until("the errors", lambda: setup.error_lines("data/format-conversion-failed/", count=2))
    assert [base64.b64decode(line["rawData"]) for line in lines] == records
    assert {line["lastErrorCode"] for line in lines} == {"DataFormatConversion.EntityNotFound"}
    poll_until("the failures' metric", lambda: metrics_are(setup, FailedConversion_Records=2.0))
    assert metrics_are(setup, SucceedConversion_Records=0.0, DeliveryToS3_Records=0.0)


def test_function_makes_the_json_that_is_converted(setup: Setup) -> None:
    # GIVEN a function that makes JSON of text, and nothing of some
    setup.create_function(
        """
import base64, json
def handler(event, context):
    records = []
    for record in event["records"]:
        order_id, _, quantity = base64.b64decode(record["data"]).decode().partition(",")
        text = json.dumps({"order_id": order_id, "quantity": int(quantity)}) if quantity else order_id
        data = base64.b64encode(text.encode()).decode()
        records.append({"recordId": record["recordId"], "result": "Ok", "data": data})
    return {"records": records}
"""
    )
    setup.create_table({"order_id": "string", "quantity": "int"})
    create_converting(setup, processor=True, ErrorOutputPrefix="errors/")

    # WHEN records of both kinds are put
    setup.put_directly(b"1,10", b"neither", b"2,20")

    # THEN its JSON is converted
    _, _, body = the_object(setup)
    assert pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist() == [
        {"order_id": "1", "quantity": 10},
        {"order_id": "2", "quantity": 20},
    ]
    # THEN what is none is kept as it was put
    (line,) = poll_until("the error", lambda: setup.error_lines("errors/format-conversion-failed/"))
    assert (base64.b64decode(line["rawData"]), line["lastErrorCode"]) == (
        b"neither",
        "DataFormatConversion.ParseError",
    )


def test_conversion_is_switched_off_and_on(setup: Setup) -> None:
    # GIVEN a delivery stream that converts
    setup.create_table({"order_id": "string"})
    create_converting(setup)
    record = b'{"order_id":"1"}'

    # WHEN conversion is switched off, THEN records are delivered as they are
    setup.update_destination(DataFormatConversionConfiguration={"Enabled": False})
    setup.put_directly(record)
    key, encoding, body = the_object(setup)
    assert (".parquet" in key, encoding, body) == (False, None, record)
    setup.s3.delete_object(Bucket=setup.name, Key=key)

    # WHEN it is switched on again, THEN they are converted with the schema it had
    setup.update_destination(DataFormatConversionConfiguration={"Enabled": True})
    setup.put_directly(record)
    _, _, body = the_object(setup)
    assert pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist() == [{"order_id": "1"}]


def unzip(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        (entry,) = archive.namelist()
        return archive.read(entry)


def raw_snappy(block: bytes, size_bytes: int) -> bytes:
    return bytes(pyarrow.Codec("snappy").decompress(block, decompressed_size=size_bytes, asbytes=True))


def read_snappy_java(body: bytes) -> bytes:
    """Read a stream of snappy-java, whose blocks but the last hold 32 KiB.

    https://github.com/xerial/snappy-java#compatibility-notes
    """
    stream = io.BytesIO(body)
    assert stream.read(16) == b"\x82SNAPPY\x00" + b"\x00\x00\x00\x01" * 2
    parts: list[bytes] = []
    missing_bytes = len(BODY)
    while length := stream.read(4):
        size_bytes = min(SNAPPY_BLOCK_BYTES, missing_bytes)
        parts.append(raw_snappy(stream.read(int.from_bytes(length, "big")), size_bytes))
        missing_bytes -= size_bytes
    return b"".join(parts)


def read_hadoop_snappy(body: bytes) -> bytes:
    """Read blocks of Hadoop's SnappyCodec that have one chunk each.

    https://github.com/kubo/snzip#hadoop-snappy-format
    """
    stream = io.BytesIO(body)
    parts: list[bytes] = []
    while size := stream.read(4):
        chunk = stream.read(int.from_bytes(stream.read(4), "big"))
        parts.append(raw_snappy(chunk, int.from_bytes(size, "big")))
    return b"".join(parts)


@pytest.mark.parametrize(
    ("compression_format", "extension", "encoding", "read"),
    [
        ("GZIP", ".gz", "gzip", gzip.decompress),
        ("ZIP", ".zip", "zip", unzip),
        ("Snappy", ".snappy", "snappy-java", read_snappy_java),
        ("HADOOP_SNAPPY", ".snappy", "hadoop-snappy", read_hadoop_snappy),
    ],
)
def test_compressed_object_holds_the_records(
    setup: Setup, compression_format: str, extension: str, encoding: str, read: Callable[[bytes], bytes]
) -> None:
    # GIVEN a delivery stream that compresses
    setup.create_delivery_stream(Prefix="data/", CompressionFormat=compression_format)

    # WHEN records are put
    setup.put_directly(BODY[:100], BODY[100:])

    # THEN the object says how it is compressed, and a reader of that finds the records
    key, stored_encoding, body = the_object(setup)
    assert (key[key.rindex(".") :], stored_encoding) == (extension, encoding)
    assert len(body) < len(BODY)
    assert read(body) == BODY
