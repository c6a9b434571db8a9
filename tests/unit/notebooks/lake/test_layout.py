"""Which folders of a key are the table's, and which are partitions."""

import pytest

from notebooks.lake.layout import Place, place


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a.json", Place(())),
        ("raw/a.json", Place(("raw",))),
        ("raw/shop/a.json", Place(("raw", "shop"))),
        (
            "orders/year=2026/month=01/a.json",
            Place(("orders",), ("year", "month"), ("2026", "01"), (True, True)),
        ),
        (
            "raw/2026/11/23/09/a",
            Place(
                ("raw",),
                ("partition_0", "partition_1", "partition_2", "partition_3"),
                ("2026", "11", "23", "09"),
                (False, False, False, False),
            ),
        ),
        (
            "2026/11/23/a",
            Place(
                (), ("partition_0", "partition_1", "partition_2"), ("2026", "11", "23"), (False, False, False)
            ),
        ),
        (
            "raw/city=New%20York/shop/a",
            Place(("raw",), ("city", "partition_1"), ("New York", "shop"), (True, False)),
        ),
        ("raw/day=__HIVE_DEFAULT_PARTITION__/a", Place(("raw",), ("day",), (None,), (True,))),
        ("raw/2026/13/01/a", Place(("raw", "2026", "13", "01"))),
        (
            "errors/processing-failed/2026/01/02/a",
            Place(
                ("errors",),
                ("partition_0", "partition_1", "partition_2", "partition_3"),
                ("processing-failed", "2026", "01", "02"),
                (False, False, False, False),
            ),
        ),
    ],
    ids=[
        "the bucket is a table",
        "a folder",
        "folders",
        "Hive",
        "Firehose's default",
        "a date in the bucket itself",
        "a folder below Hive's",
        "no value",
        "no date",
        "every folder below the error prefix",
    ],
)
def test_partitions_begin_with_hives_folders_or_with_a_date(key: str, expected: Place) -> None:
    assert place(key, "errors/") == expected
