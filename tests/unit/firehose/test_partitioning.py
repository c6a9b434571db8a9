"""The partition keys of a record.

https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-error-handling.html
https://github.com/aws/aws-cdk/pull/35903 (its integration tests on AWS: the error output types)
"""

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from emulator.firehose.partitioning import Partitioner, PartitioningError, PartitionKeys
from emulator.firehose.record import ErrorOutputType, Failed

QUERY = "partitionKeyFromQuery"
LAMBDA = "partitionKeyFromLambda"
EXTRACTION_FAILED = "DynamicPartitioning.MetadataExtractionFailed"
EMPTY_KEY = "partitionKeys values must not be null or empty"
NOT_TEXT = "partitionKeys values must be strings, numbers or booleans"
NOT_JSON = "Non JSON record provided"
NOT_ONE_OBJECT = "The metadata extraction query did not give one JSON object."
JQ_FAILED = "JQ Subprocess failed due to: "

# The documentation's record and queries.
CLICK = {
    "type": {"device": "mobile", "event": "user_clicked_submit_button"},
    "customer_id": "1234567890",
    "event_timestamp": 1565382027,
    "region": "sample_region",
}
CLICK_QUERY = (
    '{customer_id: .customer_id, device: .type.device, year: .event_timestamp| strftime("%Y"), '
    'month: .event_timestamp| strftime("%m"), day: .event_timestamp| strftime("%d"), '
    'hour: .event_timestamp| strftime("%H")}'
)
CLICK_KEYS = {
    "customer_id": "1234567890",
    "device": "mobile",
    "year": "2019",
    "month": "08",
    "day": "09",
    "hour": "20",
}


def prefix(namespace: str, *names: str) -> str:
    return "".join(f"{name}=!{{{namespace}:{name}}}/" for name in names)


def failure(
    partitioner: Partitioner, output: bytes, lambda_keys: Mapping[str, Any] | None = None
) -> tuple[Failed, ErrorOutputType]:
    with pytest.raises(PartitioningError) as raised:
        partitioner.keys(output, lambda_keys)
    return raised.value.failed, raised.value.error_output_type


def extraction_failed(message: str) -> tuple[Failed, ErrorOutputType]:
    return Failed(EXTRACTION_FAILED, message), "metadata-extraction-failed"


def partitioning_failed(message: str) -> tuple[Failed, ErrorOutputType]:
    return Failed("DynamicPartitioning.PartitioningFailed", message), "partitioning-failed"


def test_documented_example() -> None:
    partitioner = Partitioner(prefix(QUERY, *CLICK_KEYS), CLICK_QUERY)

    keys = partitioner.keys(json.dumps(CLICK).encode(), None)

    assert keys == tuple(sorted((f"{QUERY}:{name}", text) for name, text in CLICK_KEYS.items()))


@pytest.mark.parametrize(
    ("text", "names", "keys"),
    [
        pytest.param(prefix(QUERY, "b"), {"a", "b"}, ((f"{QUERY}:b", "B"),), id="only what is used"),
        pytest.param(
            prefix(QUERY, "b", "a", "b"),
            {"a", "b"},
            ((f"{QUERY}:a", "A"), (f"{QUERY}:b", "B")),
            id="used twice",
        ),
        pytest.param("!{timestamp:yyyy}/", {"a"}, (), id="none is used"),
        pytest.param("", {"a"}, (), id="no prefix"),
    ],
)
def test_keys_are_those_of_the_prefix_sorted(text: str, names: set[str], keys: PartitionKeys) -> None:
    partitioner = Partitioner(text, "{" + ",".join(f'{name}: "{name.upper()}"' for name in names) + "}")

    assert partitioner.keys(b"{}", None) == keys


def test_keys_from_the_function_and_from_the_query_are_told_apart() -> None:
    # GIVEN a prefix with the same name from both
    partitioner = Partitioner(prefix(LAMBDA, "id") + prefix(QUERY, "id"), "{id: .id}")

    # THEN each has its own value
    assert partitioner.keys(b'{"id":"q"}', {"id": "l", "other": ""}) == (
        (f"{LAMBDA}:id", "l"),
        (f"{QUERY}:id", "q"),
    )


def test_keys_from_the_function_need_no_json() -> None:
    assert Partitioner(prefix(LAMBDA, "id"), None).keys(b"\xff", {"id": "l"}) == ((f"{LAMBDA}:id", "l"),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param('"text"', "text", id="string"),
        pytest.param('"a/b c=ü注\\n"', "a/b c=ü注\n", id="special characters stay"),
        pytest.param('" "', " ", id="space"),
        pytest.param("42", "42", id="integer"),
        pytest.param("0", "0", id="zero"),
        pytest.param("-1.5", "-1.5", id="fraction"),
        pytest.param("1.0", "1", id="whole fraction"),
        pytest.param("9007199254740993", "9007199254740992", id="beyond a double's precision, as in jq 1.6"),
        pytest.param("true", "true", id="true"),
        pytest.param("false", "false", id="false"),
    ],
)
def test_value_becomes_text(value: str, text: str) -> None:
    partitioner = Partitioner(prefix(QUERY, "key"), "{key: .key}")

    assert partitioner.keys(f'{{"key": {value}}}'.encode(), None) == ((f"{QUERY}:key", text),)


@pytest.mark.parametrize(
    ("query", "output", "message"),
    [
        pytest.param("{key: .key}", b"{}", EMPTY_KEY, id="missing"),
        pytest.param("{key: .key}", b'{"key":null}', EMPTY_KEY, id="null"),
        pytest.param("{key: .key}", b'{"key":""}', EMPTY_KEY, id="empty"),
        pytest.param("{other: .key}", b'{"key":"a"}', EMPTY_KEY, id="not in the query"),
        pytest.param("{key: .key}", b'{"key":["a"]}', NOT_TEXT, id="array"),
        pytest.param("{key: .key}", b'{"key":{}}', NOT_TEXT, id="object"),
        pytest.param("{key: .key}", b"text", NOT_JSON, id="not JSON"),
        pytest.param("{key: .key}", b"", NOT_JSON, id="nothing"),
        pytest.param("{key: .key}", b'{"key":"a"}{"key":"b"}', NOT_JSON, id="two objects"),
        pytest.param("{key: .key}", b'{"key":"\xff"}', NOT_JSON, id="not UTF-8"),
        pytest.param("{key: .key}", b'{"key":' * 100_000, NOT_JSON, id="nested too deeply"),
        pytest.param("{key: .key}", b"[1]", f"{JQ_FAILED}Cannot index array with string ...", id="array"),
        pytest.param(
            "{key: .key|ascii_downcase}",
            b'{"key":1}',
            f"{JQ_FAILED}explode input must be a string",
            id="wrong type",
        ),
        pytest.param('{key: error("no")}', b"{}", f"{JQ_FAILED}no", id="error"),
        pytest.param(".key", b'{"key":"a"}', NOT_ONE_OBJECT, id="result is no object"),
        pytest.param("{key: .key[]}", b'{"key":["a","b"]}', NOT_ONE_OBJECT, id="two results"),
        pytest.param("{key: .key}, null", b'{"key":"a"}', NOT_ONE_OBJECT, id="result and null"),
        pytest.param("empty", b"{}", NOT_ONE_OBJECT, id="no result"),
        pytest.param("repeat({key: 1})", b"{}", NOT_ONE_OBJECT, id="results without end"),
        pytest.param(
            '[range(51)|{key: "k\\(.)", value: "a"}]|from_entries',
            b"{}",
            "The metadata extraction query gave more than 50 keys.",
            id="more than 50 keys",
        ),
        pytest.param(None, b'{"key":"a"}', "There is no metadata extraction query.", id="no query"),
    ],
)
def test_key_that_the_query_does_not_find_fails_the_record(
    query: str | None, output: bytes, message: str
) -> None:
    assert failure(Partitioner(prefix(QUERY, "key"), query), output) == extraction_failed(message)


def test_50_keys_are_allowed() -> None:
    names = [f"k{number}" for number in range(50)]
    partitioner = Partitioner(
        prefix(QUERY, "k0"), '[range(50)|{key: "k\\(.)", value: "a"}]|from_entries|{' + ",".join(names) + "}"
    )

    assert partitioner.keys(b"{}", None) == ((f"{QUERY}:k0", "a"),)


def test_query_that_is_not_valid_fails_records_and_not_the_creation() -> None:
    failed, error_output_type = failure(Partitioner(prefix(QUERY, "date"), "{date:%Y/%m/%d}"), b"{}")

    assert (failed.error_code, error_output_type) == (EXTRACTION_FAILED, "metadata-extraction-failed")
    assert failed.error_message.startswith(f"{JQ_FAILED}jq: error: syntax error")


@pytest.mark.parametrize(
    ("query", "value", "reason"),
    [
        pytest.param(
            'test("a")', '{"secret":"(1)"}', "object ... cannot be matched, as it is not a string", id="()"
        ),
        pytest.param("fromdate", '"secret \\"1"', "date ...", id="quotes"),
    ],
)
def test_failure_does_not_quote_the_record(query: str, value: str, reason: str) -> None:
    # GIVEN a query that jq refuses with a message that shows the value
    partitioner = Partitioner(prefix(QUERY, "key"), f"{{key: .key|{query}}}")

    # THEN the failure leaves it out
    assert failure(partitioner, f'{{"key":{value}}}'.encode()) == extraction_failed(JQ_FAILED + reason)


@pytest.mark.parametrize(
    ("lambda_keys", "message"),
    [
        pytest.param(None, EMPTY_KEY, id="no metadata"),
        pytest.param({}, EMPTY_KEY, id="no keys"),
        pytest.param({"other": "a"}, EMPTY_KEY, id="missing"),
        pytest.param({"key": None}, EMPTY_KEY, id="null"),
        pytest.param({"key": ""}, EMPTY_KEY, id="empty"),
        pytest.param({"key": ["a"]}, NOT_TEXT, id="array"),
    ],
)
def test_key_that_the_function_does_not_give_fails_the_record(
    lambda_keys: Mapping[str, Any] | None, message: str
) -> None:
    assert failure(Partitioner(prefix(LAMBDA, "key"), None), b"{}", lambda_keys) == partitioning_failed(
        message
    )


@pytest.mark.parametrize(
    ("longest", "text"),
    [
        pytest.param("a" * 507, prefix(QUERY, "key"), id="512 characters"),
        pytest.param("a" * 251, prefix(QUERY, "key") * 2, id="512 characters, used twice"),
        pytest.param("a" * 502, "!{timestamp:yyyy}/" + prefix(QUERY, "key"), id="with a timestamp"),
        pytest.param("注" * 248 + "a", prefix(QUERY, "key"), id="750 bytes"),
    ],
)
def test_value_that_makes_the_evaluated_prefix_too_long_fails_the_record(longest: str, text: str) -> None:
    # GIVEN a value that just fits
    partitioner = Partitioner(text, "{key: .}")
    assert partitioner.keys(json.dumps(longest).encode(), None) == ((f"{QUERY}:key", longest),)

    # THEN one character more is too much
    assert failure(partitioner, json.dumps(longest + "a").encode()) == partitioning_failed(
        "The evaluated prefix is too long."
    )


def test_partitioner_is_safe_for_threads() -> None:
    # GIVEN one partitioner and eight threads with records of their own
    partitioner = Partitioner(prefix(QUERY, "key"), "{key: (.key | ascii_upcase)}")
    wrong: list[PartitionKeys] = []

    def work(name: str) -> None:
        for number in range(500):
            keys = partitioner.keys(f'{{"key":"{name}{number}"}}'.encode(), None)
            if keys != ((f"{QUERY}:key", f"{name}{number}".upper()),):
                wrong.append(keys)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdefgh"]

    # WHEN all work at once
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # THEN none gets another one's keys
    assert wrong == []
