"""Names of S3 objects.

https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from emulator.firehose.prefix import data_prefix, error_prefix, evaluate, object_key
from tests.unit.firehose.fakes import NOW, configuration

MOMENT = datetime(2026, 7, 13, 14, 5, 6, tzinfo=UTC)
TYPED = "errors/!{firehose:error-output-type}/"


@pytest.mark.parametrize(
    ("prefix", "evaluated"),
    [
        pytest.param("", "2026/07/13/14/", id="no prefix"),
        pytest.param("legacy", "legacy2026/07/13/14/", id="static prefix gets no slash"),
        pytest.param("a/!{timestamp:yyyy}/", "a/2026/", id="timestamp given"),
        pytest.param("!{timestamp:yyyy}/!{timestamp:'m='MM}/", "2026/m=07/", id="two timestamps"),
        # https://github.com/floci-io/floci/issues/1857 (probed on AWS, contrary to its documentation)
        pytest.param("!{firehose:random-string}/", "RANDOM/", id="a random string gets no date path"),
        pytest.param(
            "customer_id=!{partitionKeyFromQuery:customer_id}/device=!{partitionKeyFromLambda:device}/",
            "customer_id=1234567890/device=mobile/",
            id="partition keys get no date path",
        ),
        pytest.param(
            "!{partitionKeyFromLambda:device}/!{timestamp:yyyy}/!{partitionKeyFromLambda:device}/",
            "mobile/2026/mobile/",
            id="partition key twice and a timestamp",
        ),
    ],
)
def test_data_prefix(prefix: str, evaluated: str) -> None:
    partition_keys = {
        "partitionKeyFromQuery:customer_id": "1234567890",
        "partitionKeyFromLambda:device": "mobile",
    }

    assert evaluate(data_prefix(prefix), MOMENT, None, lambda: "RANDOM", partition_keys) == evaluated


@pytest.mark.parametrize("value", ["a/b", "a b", "注文", "!{timestamp:yyyy}", "\\1", "%20"])
def test_partition_key_stands_in_the_prefix_as_it_is(value: str) -> None:
    evaluated = evaluate(
        "key=!{partitionKeyFromQuery:key}/",
        MOMENT,
        partition_keys={"partitionKeyFromQuery:key": value},
    )

    assert evaluated == f"key={value}/"


def test_partition_keys_are_left_out_where_there_is_no_record() -> None:
    assert evaluate("key=!{partitionKeyFromQuery:key}/", MOMENT) == "key=/"


@pytest.mark.parametrize(
    ("prefix", "error_output_prefix", "evaluated"),
    [
        pytest.param("", "", "processing-failed/2026/07/13/14/", id="neither"),
        pytest.param("data/", "", "data/processing-failed/2026/07/13/14/", id="only a static prefix"),
        pytest.param("data/", TYPED, "errors/processing-failed/", id="expression"),
        pytest.param(
            "", f"{TYPED}!{{timestamp:yyyy/MM/dd}}/", "errors/processing-failed/2026/07/13/", id="both"
        ),
        pytest.param("", "errors/", "errors/processing-failed/2026/07/13/14/", id="static"),
    ],
)
def test_error_prefix(prefix: str, error_output_prefix: str, evaluated: str) -> None:
    assert evaluate(error_prefix(prefix, error_output_prefix), MOMENT, "processing-failed") == evaluated


def test_each_random_string_has_eleven_characters_and_is_another_one() -> None:
    # WHEN a prefix with two random strings is evaluated
    evaluated = evaluate("!{firehose:random-string}/!{firehose:random-string}", MOMENT)

    # THEN both are there and differ
    first, second = evaluated.split("/")
    assert (len(first), len(second), first == second) == (11, 11, False)


def test_object_name_has_stream_version_time_and_uuid() -> None:
    # GIVEN version 3 of a configuration and an oldest record from 2026-01-01 00:00:00 UTC
    settings = replace(configuration(), version_id=3)

    # WHEN an object is named
    key = object_key("deliveries", settings, settings.destination, round(NOW * 1000), None, ".gz")

    # THEN the suffix is AWS's
    uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"data/2026/01/01/00/deliveries-3-2026-01-01-00-00-00-{uuid}\.gz", key)


def test_object_of_a_partition_has_its_keys_in_the_name() -> None:
    settings = configuration(prefix="device=!{partitionKeyFromQuery:device}/")

    key = object_key(
        "deliveries",
        settings,
        settings.destination,
        round(NOW * 1000),
        None,
        "",
        {"partitionKeyFromQuery:device": "mobile"},
    )

    assert key.startswith("device=mobile/deliveries-1-2026-01-01-00-00-00-")


def test_custom_time_zone_shows_in_prefix_and_suffix() -> None:
    settings = configuration(custom_time_zone="Asia/Tokyo")

    key = object_key("deliveries", settings, settings.destination, round(NOW * 1000), None, "")

    assert key.startswith("data/2026/01/01/09/deliveries-1-2026-01-01-09-00-00-")
