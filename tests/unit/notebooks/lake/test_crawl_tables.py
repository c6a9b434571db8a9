"""What the crawler finds: tables, columns, partitions, and how much there is of each."""

from datetime import timedelta

import pytest

from notebooks.lake import Column, LakeError, Partition
from notebooks.lake.known import ORDER_COLUMNS, ORDER_PARTITIONS
from tests.unit.notebooks.lake.fake_s3 import FIRST_WRITE, FakeS3, crawler

FOLDER = "shop/year=2026/month="


def test_a_table_has_the_columns_of_all_its_objects_and_counts_them() -> None:
    # GIVEN an integer that becomes a decimal, and a column that appears later
    s3 = FakeS3()
    s3.put(f"{FOLDER}01/b.json", '{"id": "1", "n": 1}\n{"id": "2", "n": 2}\n')
    s3.put(f"{FOLDER}02/a.json", '{"id": "3", "n": 2.5, "new": {"x": true}}\n')
    s3.put(f"{FOLDER}02/c.json", '{"new": {"y": null}}\n')

    # WHEN
    table = crawler(s3).crawl().table("shop")

    # THEN
    assert table.columns == (
        Column("id", "VARCHAR", f"{FOLDER}01/b.json"),
        Column("n", "DOUBLE", f"{FOLDER}01/b.json"),
        Column("new", 'STRUCT("x" BOOLEAN, "y" VARCHAR)', f"{FOLDER}02/a.json"),
    )
    assert table.partition_columns == (
        Column("year", "VARCHAR", f"{FOLDER}01/b.json"),
        Column("month", "VARCHAR", f"{FOLDER}01/b.json"),
    )
    seconds = [FIRST_WRITE + timedelta(seconds=number) for number in range(3)]
    assert table.partitions == (
        Partition(("2026", "01"), f"s3://bucket/{FOLDER}01/", 1, 40, seconds[0]),
        Partition(("2026", "02"), f"s3://bucket/{FOLDER}02/", 2, 63, seconds[2]),
    )
    assert (table.location, table.format) == ("s3://bucket/shop/", "json")
    assert (table.object_count, table.size_bytes, table.rows, table.newest) == (3, 103, 4, seconds[2])


def test_orders_and_errors_are_known_before_there_is_an_object() -> None:
    # WHEN
    catalog = crawler(FakeS3()).crawl()

    # THEN
    assert [(table.name, table.object_count, table.rows) for table in catalog.tables] == [
        ("errors", 0, 0),
        ("orders", 0, 0),
    ]
    orders = catalog.table("orders")
    assert {column.name: column.type for column in orders.columns} == ORDER_COLUMNS
    assert {column.name: column.type for column in orders.partition_columns} == ORDER_PARTITIONS


def test_known_columns_keep_their_types_as_long_as_the_values_fit() -> None:
    # GIVEN a price without decimals, a quantity with, an unknown column, and text in the place of a time's number
    s3 = FakeS3()
    s3.put("orders/a.json", '{"orderid": 7, "price": 10, "quantity": 1.5, "discount": 3}\n')
    s3.put("orders/b.json", '{"event_time": 5}\n')

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    types = {column.name: column.type for column in catalog.table("orders").columns}
    assert types == {**ORDER_COLUMNS, "quantity": "DOUBLE", "discount": "BIGINT"}
    assert [problem.reason for problem in catalog.problems] == [
        "column event_time is TIMESTAMP, but some objects have another type: NULL where it does not fit"
    ]


def test_a_name_of_a_folder_and_a_second_spelling_are_no_columns_of_their_own() -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/day=1/a.json", '{"Day": 2, "id": 1, "ID": 2}\n')

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert [column.name for column in catalog.table("shop").columns] == ["id"]
    assert [(problem.key, problem.reason) for problem in catalog.problems] == [
        ("shop/", "column Day is the name of a folder's column, too, which is the one that is read"),
        ("shop/", "column id is also spelled ID, which is not read"),
    ]


def test_tables_are_named_after_their_folder_and_told_apart_by_all_of_them() -> None:
    # GIVEN
    s3 = FakeS3()
    for key in ("a.json", "One/rows/a", "two/rows/a", "two-rows/a", "2026/01/02/03/a"):
        s3.put(key, '{"a": 1}')

    # WHEN
    tables = crawler(s3).crawl().tables

    # THEN
    assert {table.location: table.name for table in tables} == {
        "s3://bucket/": "bucket",
        "s3://bucket/One/rows/": "one_rows",
        "s3://bucket/errors/": "errors",
        "s3://bucket/orders/": "orders",
        "s3://bucket/two-rows/": "two_rows",
        "s3://bucket/two/rows/": "two_rows_",
    }


def test_what_athena_hides_is_hidden() -> None:
    # GIVEN
    s3 = FakeS3()
    for key in ("shop/_SUCCESS", "shop/.a.json.crc", "shop/"):
        s3.put(key, "")

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert (len(catalog.tables), catalog.problems) == (2, ())


def test_the_rows_of_large_objects_are_not_counted_and_their_middle_is_not_read() -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/a.json", '{"a": 1}\n' * 200_000)

    # WHEN
    table = crawler(s3).crawl().table("shop")

    # THEN
    assert (table.size_bytes, table.rows) == (1_800_000, None)
    assert s3.read_bytes == 320 * 1024
    assert crawler(s3, whole_bytes=2_000_000).crawl().table("shop").rows == 200_000


def test_reports_are_tables() -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("orders/year=2026/month=01/day=02/hour=03/a.json", '{"orderid": "1"}\n')
    s3.put("orders/year=2026/month=01/day=02/hour=03/b.json", "")

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert catalog.report().set_index("table")[
        ["columns", "partitions", "objects", "size_bytes", "rows"]
    ].to_dict("index") == {
        "errors": {"columns": 9, "partitions": 0, "objects": 0, "size_bytes": 0, "rows": 0},
        "orders": {"columns": 12, "partitions": 1, "objects": 1, "size_bytes": 17, "rows": 1},
    }
    assert catalog.columns("orders")["column"].tolist() == [*ORDER_COLUMNS, *ORDER_PARTITIONS]
    assert catalog.partitions("orders").drop(columns="newest").to_numpy().tolist() == [
        ["2026", "01", "02", "03", 1, 17]
    ]
    assert catalog.problem_report()["reason"].tolist() == ["empty"]


def test_a_table_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(LakeError, match=r"^s3://bucket has no table sales; its tables: errors, orders$"):
        crawler(FakeS3()).crawl().table("sales")
