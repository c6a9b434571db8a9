"""Requests that do not keep to the API's model, and Kinesis's messages about them.

Wordings: mhart/kinesalite, whose cases were recorded on AWS.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from emulator.constraint import check
from emulator.errors import ServiceError

MODEL = ServiceModel(Loader().load_service_model("kinesis", "service-2"))
LONG_TAGS = f"{{{'k' * 129}=v, a={'v' * 257}}}"
LENGTHS = (
    "constraint: [Member must have length less than or equal to {}, "
    "Member must have length greater than or equal to {}]"
)


def input_of(operation: str) -> Shape:
    shape = MODEL.operation_model(operation).input_shape
    assert shape is not None
    return shape


@pytest.mark.parametrize(
    ("operation", "request_", "violations"),
    [
        ("CreateStream", {"StreamName": None}, ["Value null at 'streamName'|Member must not be null"]),
        (
            "CreateStream",
            {"StreamName": ""},
            [
                "Value '' at 'streamName'|Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                "Value '' at 'streamName'|Member must have length greater than or equal to 1",
            ],
        ),
        (
            "CreateStream",
            {"StreamName": "a" * 129},
            [f"Value '{'a' * 129}' at 'streamName'|Member must have length less than or equal to 128"],
        ),
        (
            "CreateStream",
            {"StreamName": "orders\n"},
            [
                "Value 'orders\n' at 'streamName'|Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
            ],
        ),
        (
            "CreateStream",
            {"StreamName": "orders", "ShardCount": 0},
            ["Value '0' at 'shardCount'|Member must have value greater than or equal to 1"],
        ),
        (
            "AddTagsToStream",
            {"StreamName": "orders", "Tags": {"k" * 129: "v", "a": "v" * 257}},
            [
                f"Value '{LONG_TAGS}' at 'tags'|Map keys must satisfy {LENGTHS.format(128, 1)}",
                f"Value '{LONG_TAGS}' at 'tags'|Map value must satisfy {LENGTHS.format(256, 0)}",
            ],
        ),
        (
            "AddTagsToStream",
            {"StreamName": "orders", "Tags": {}},
            ["Value '{}' at 'tags'|Member must have length greater than or equal to 1"],
        ),
        (
            "RemoveTagsFromStream",
            {"StreamName": "orders", "TagKeys": ["a", ""]},
            [f"Value '[a, ]' at 'tagKeys'|Member must satisfy {LENGTHS.format(128, 1)}"],
        ),
        (
            "GetShardIterator",
            {"StreamName": "orders", "ShardId": "shardId-000000000000", "ShardIteratorType": "NEWEST"},
            [
                "Value 'NEWEST' at 'shardIteratorType'|Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, "
                "LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"
            ],
        ),
        (
            "ListShards",
            {"StreamName": "orders", "ShardFilter": {"ShardId": "shardId-000000000000"}},
            ["Value null at 'shardFilter.type'|Member must not be null"],
        ),
    ],
)
def test_each_broken_constraint_is_named(
    operation: str, request_: Mapping[str, Any], violations: list[str]
) -> None:
    with pytest.raises(ServiceError) as raised:
        check(input_of(operation), request_)

    noun = "error" if len(violations) == 1 else "errors"
    texts = [violation.replace("|", " failed to satisfy constraint: ") for violation in violations]
    assert (raised.value.code, raised.value.message) == (
        "ValidationException",
        f"{len(violations)} validation {noun} detected: {'; '.join(texts)}",
    )


def test_a_request_within_the_constraints_passes() -> None:
    check(
        input_of("CreateStream"), {"StreamName": "a" * 128, "ShardCount": 1, "Tags": {"k" * 128: "v" * 256}}
    )


def test_the_records_of_a_put_are_checked_only_when_asked_for() -> None:
    shape = input_of("PutRecords")
    request = {"StreamName": "orders", "Records": [{"Data": b"", "PartitionKey": None}]}

    check(shape, request)
    with pytest.raises(ServiceError) as raised:
        check(shape, request, with_records=True)

    assert raised.value.message == (
        "1 validation error detected: Value null at 'records.1.member.partitionKey' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_a_put_that_is_refused_names_what_is_wrong_with_its_records_too() -> None:
    request = {"StreamName": "*", "Records": [{"Data": b"", "PartitionKey": "", "ExplicitHashKey": "01"}]}

    with pytest.raises(ServiceError) as raised:
        check(input_of("PutRecords"), request)

    assert raised.value.message == (
        "3 validation errors detected: Value '01' at 'records.1.member.explicitHashKey' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38}); Value '' at "
        "'records.1.member.partitionKey' failed to satisfy constraint: Member must have length greater than or equal "
        "to 1; Value '*' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression "
        "pattern: [a-zA-Z0-9_.-]+"
    )


def test_too_many_records_are_not_printed() -> None:
    request = {"StreamName": "orders", "Records": [{"Data": b"secret", "PartitionKey": "a"}] * 501}

    with pytest.raises(ServiceError) as raised:
        check(input_of("PutRecords"), request)

    assert raised.value.message == (
        "1 validation error detected: Value at 'records' failed to satisfy constraint: "
        "Member must have length less than or equal to 500"
    )


def test_a_limit_of_get_records_is_refused_as_recorded() -> None:
    # kinesalite, recorded on AWS; the operation's page promises InvalidArgumentException
    with pytest.raises(ServiceError) as raised:
        check(input_of("GetRecords"), {"ShardIterator": "AAA", "Limit": 100_000})

    assert (raised.value.code, raised.value.message) == (
        "ValidationException",
        "1 validation error detected: Value '100000' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 10000",
    )


def test_no_more_than_ten_violations_are_named() -> None:
    request = {"StreamName": "orders", "Records": [{"Data": b"", "PartitionKey": ""}] * 501}

    with pytest.raises(ServiceError) as raised:
        check(input_of("PutRecords"), request)

    assert raised.value.message.startswith("10 validation errors detected: Value at 'records' failed")
    assert raised.value.message.count("failed to satisfy constraint") == 10
