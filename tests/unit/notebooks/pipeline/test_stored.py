"""Which hint made which object."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from notebooks.pipeline.stored import (
    S3Object,
    StoredObject,
    Trigger,
    latest_objects,
    objects_by_trigger,
    stored_objects,
    trigger,
)
from tests.unit.notebooks.pipeline.situation import DESTINATION, OBJECT_KEY, s3_object
from tests.unit.verify.situation import at

OF_VERSION_1 = OBJECT_KEY.replace("orders-firehose-2-", "orders-firehose-1-")


@pytest.mark.parametrize(
    ("size_bytes", "waited", "expected"),
    [
        (100, 10.0, Trigger.INTERVAL),
        (100, 14.5, Trigger.INTERVAL),
        (100, 600.0, Trigger.INTERVAL),
        # LastModified is cut to the second: this one may have waited for 10.05 s.
        (100, 9.05, Trigger.INTERVAL),
        (100, 9.0, Trigger.NEITHER),
        (100, 0.2, Trigger.NEITHER),
        (999, 3.0, Trigger.NEITHER),
        (1_000, 3.0, Trigger.SIZE),
        (1_200, 14.0, Trigger.SIZE),
    ],
)
def test_the_first_hint_that_is_met_makes_the_object(
    size_bytes: int, waited: float, expected: Trigger
) -> None:
    # GIVEN hints of 1,000 bytes and 10 s
    stored = s3_object(size_bytes=size_bytes)

    # THEN
    assert trigger(stored, timedelta(seconds=waited), DESTINATION) is expected


@pytest.mark.parametrize(
    ("key", "waited", "expected"),
    [
        (OF_VERSION_1, timedelta(seconds=1), Trigger.OTHER_SETTINGS),
        (OBJECT_KEY, None, Trigger.UNKNOWN),
        ("orders/by-hand.json", timedelta(seconds=1), Trigger.UNKNOWN),
    ],
    ids=["of an earlier version of the settings", "arrivals not known", "not of Firehose"],
)
def test_an_object_is_judged_by_its_own_settings_or_not_at_all(
    key: str, waited: timedelta | None, expected: Trigger
) -> None:
    assert trigger(S3Object(key, 100, at(20)), waited, DESTINATION) is expected


@pytest.mark.parametrize(("waited", "expected"), [(3, Trigger.UNKNOWN), (12, Trigger.INTERVAL)])
def test_the_size_of_a_compressed_object_says_nothing_about_what_was_buffered(
    waited: float, expected: Trigger
) -> None:
    # GIVEN
    compressed = replace(DESTINATION, is_compressed=True)

    # THEN
    assert trigger(s3_object(size_bytes=5_000), timedelta(seconds=waited), compressed) is expected


def test_an_object_waited_as_long_as_its_oldest_record() -> None:
    # GIVEN one object with known arrivals, one with an arrival that is not known, one with nothing in it
    listed = [s3_object("a", written=20), s3_object("b", written=21), s3_object("c", 0, written=22)]
    arrivals: dict[str, list[datetime | None]] = {
        listed[0].key: [at(9), at(7.5), at(12)],
        listed[1].key: [at(8), None],
    }

    # WHEN
    found = stored_objects(listed, arrivals, DESTINATION)

    # THEN
    assert found == [
        StoredObject(listed[0].key, 3, 100, at(20), timedelta(seconds=12.5), Trigger.INTERVAL),
        StoredObject(listed[1].key, 2, 100, at(21), None, Trigger.UNKNOWN),
        StoredObject(listed[2].key, 0, 0, at(22), None, Trigger.UNKNOWN),
    ]


OBJECTS = [
    StoredObject("orders/a", 3, 1_024, at(20), timedelta(seconds=12.5), Trigger.INTERVAL),
    StoredObject("errors/b", 1, 512, at(21), timedelta(seconds=14), Trigger.INTERVAL),
    StoredObject("orders/c", 7, 3_072, at(31), timedelta(seconds=14.25), Trigger.INTERVAL),
    StoredObject("orders/d", 4_000, 1_048_576, at(33), timedelta(seconds=2), Trigger.SIZE),
    StoredObject("orders/e", 0, 0, at(34), None, Trigger.UNKNOWN),
]


def test_objects_are_summed_up_by_prefix_and_hint() -> None:
    assert objects_by_trigger(OBJECTS).to_dict("split")["data"] == [
        ["orders/", "interval hint", 2, 10, "3 to 7", "1.0 to 3.0", "12.5 to 14.2"],
        ["orders/", "not known", 1, 0, "0", "0.0", ""],
        ["orders/", "size hint", 1, 4_000, "4,000", "1,024.0", "2.0"],
        ["errors/", "interval hint", 1, 1, "1", "0.5", "14.0"],
    ]


def test_the_latest_object_comes_first() -> None:
    # WHEN
    table = latest_objects(OBJECTS[:4], count=2)

    # THEN
    assert table.to_dict("split")["data"] == [
        ["01 Jan 12:00:33", "orders/", 4_000, "1 MiB", 2.0, "size hint"],
        ["01 Jan 12:00:31", "orders/", 7, "3 KiB", 14.25, "interval hint"],
    ]


def test_without_objects_the_tables_have_their_columns() -> None:
    assert (len(objects_by_trigger([])), "objects" in objects_by_trigger([])) == (0, True)
    assert (len(latest_objects([])), "records" in latest_objects([])) == (0, True)
