"""What BatchWriteItem writes, refuses and answers; the refusals were recorded on AWS by dynalite's suite.

https://github.com/architect/dynalite/blob/main/test/batchWriteItem.js
"""

import base64
import json
from contextlib import nullcontext
from typing import Any

import pytest
from moto.dynamodb.models import DynamoDBBackend

from emulator.dynamodb.batch_write import batch_write_item
from emulator.errors import ServiceError
from tests.unit.dynamodb.records import A1, A2, B, recorded

NO_MATCH = "The provided key element does not match the schema"
DUPLICATES = "Provided list of item keys contains duplicates"
LENGTHS = (
    "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
)


def put(item: dict[str, Any]) -> dict[str, Any]:
    """Return the request to put an item."""
    return {"PutRequest": {"Item": item}}


def delete(key: dict[str, Any]) -> dict[str, Any]:
    """Return the request to delete an item."""
    return {"DeleteRequest": {"Key": key}}


def write(backend: DynamoDBBackend, requests: Any, name: str = "Orders", **options: str) -> dict[str, Any]:
    """Write to one table."""
    return batch_write_item({"RequestItems": {name: requests}, **options}, backend.get_table)


def items(backend: DynamoDBBackend, name: str = "Orders") -> list[dict[str, Any]]:
    """Return what a table holds."""
    return [item.to_json()["Attributes"] for item in backend.get_table(name).all_items()]


def test_writes_and_their_records_are_in_the_order_of_the_request(backend: DynamoDBBackend) -> None:
    # GIVEN an item
    # WHEN a delete stands before the puts
    answer = write(backend, [delete({"id": {"S": "a"}}), put(B), put({"id": {"S": "c"}})])

    # THEN the delete is recorded first
    assert answer == {"UnprocessedItems": {}}
    assert recorded(backend) == [
        ("REMOVE", A1, None),
        ("INSERT", None, B),
        ("INSERT", None, {"id": {"S": "c"}}),
    ]
    assert items(backend) == [B, {"id": {"S": "c"}}]


def test_an_item_that_is_there_is_replaced(backend: DynamoDBBackend) -> None:
    write(backend, [put(A2)])
    write(backend, [put({"id": {"S": "a"}})])

    assert recorded(backend) == [("MODIFY", A1, A2), ("MODIFY", A2, {"id": {"S": "a"}})]
    assert items(backend) == [{"id": {"S": "a"}}]


def test_writes_that_change_nothing_leave_no_record(backend: DynamoDBBackend) -> None:
    write(backend, [put(A1), delete({"id": {"S": "none"}})])

    assert recorded(backend) == []
    assert items(backend) == [A1]


def test_values_of_every_type_are_stored_and_recorded(backend: DynamoDBBackend) -> None:
    # GIVEN an item with every type
    item = {
        "id": {"S": "every"},
        "binary": {"B": "KLUv/QAB"},
        "many": {"BS": ["AQI=", "Ag=="]},
        "nested": {
            "M": {"list": {"L": [{"N": "1.5"}, {"NULL": True}, {"B": "AQI="}]}, "yes": {"BOOL": True}}
        },
        "numbers": {"NS": ["1", "2"]},
        "texts": {"SS": ["x", "y"]},
    }

    # WHEN it is put
    write(backend, [put(item)])

    # THEN moto's table has the same as after its own PutItem, and the record has bytes where the API has base64
    stored = backend.get_item("Orders", {"id": {"S": "every"}})
    assert stored is not None
    assert stored == backend.put_item("Orders", item)
    binary = b"\x28\xb5\x2f\xfd\x00\x01"
    assert recorded(backend) == [
        (
            "INSERT",
            None,
            {
                **item,
                "binary": {"B": binary},
                "many": {"BS": [b"\x01\x02", b"\x02"]},
                "nested": {
                    "M": {
                        "list": {"L": [{"N": "1.5"}, {"NULL": True}, {"B": b"\x01\x02"}]},
                        "yes": {"BOOL": True},
                    }
                },
            },
        )
    ]


def test_tables_with_sort_keys_and_indexes_are_written_and_queried(indexed: DynamoDBBackend) -> None:
    first = {"a": {"S": "p"}, "b": {"N": "1"}, "c": {"S": "c1"}, "d": {"B": "AQI="}}
    second = {"a": {"S": "p"}, "b": {"N": "2"}}

    write(indexed, [put(first), put(second)], "Indexed")

    table = indexed.get_table("Indexed")
    assert items(indexed, "Indexed") == [first, second]
    assert [item.to_json()["Attributes"] for item in table.has_idx_items("by-c")] == [first]
    assert [item.to_json()["Attributes"] for item in table.has_idx_items("by-d")] == [first]

    write(indexed, [delete({"a": {"S": "p"}, "b": {"N": "1"}})], "Indexed")
    assert items(indexed, "Indexed") == [second]


def test_several_tables_are_written_by_name_and_by_arn(indexed: DynamoDBBackend) -> None:
    arn = indexed.get_table("Indexed").table_arn
    new = {"a": {"S": "p"}, "b": {"N": "1"}}

    batch_write_item({"RequestItems": {"Orders": [put(B)], arn: [put(new)]}}, indexed.get_table)

    assert items(indexed) == [A1, B]
    assert items(indexed, "Indexed") == [new]


@pytest.mark.parametrize(
    "second",
    [put({"id": {"S": "x"}, "n": {"S": "other"}}), delete({"id": {"S": "x"}})],
    ids=["put", "delete"],
)
@pytest.mark.parametrize("second_first", [False, True])
def test_two_requests_for_one_item_are_refused(
    backend: DynamoDBBackend, second: dict[str, Any], second_first: bool
) -> None:
    requests = [put({"id": {"S": "x"}}), second]

    with pytest.raises(ServiceError) as refusal:
        write(backend, requests[::-1] if second_first else requests)

    assert (refusal.value.code, refusal.value.message) == ("ValidationException", DUPLICATES)


def test_numbers_of_one_value_are_the_same_key(indexed: DynamoDBBackend) -> None:
    with pytest.raises(ServiceError, match=DUPLICATES):
        write(indexed, [put({"a": {"S": "p"}, "b": {"N": n}}) for n in ("1", "1.0")], "Indexed")


def test_one_key_in_two_tables_is_two_items(backend: DynamoDBBackend) -> None:
    backend.create_table(
        name="Others",
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        throughput=None,
        attr=[{"AttributeName": "id", "AttributeType": "S"}],
        global_indexes=[],
        indexes=[],
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
    )

    batch_write_item({"RequestItems": {"Orders": [put(B)], "Others": [put(B)]}}, backend.get_table)

    assert items(backend, "Others") == [B]


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"b": {"S": "a"}},
        {"id": {"B": "abcd"}},
        {"id": {"N": "1"}},
        {"id": {"BOOL": True}},
        {"id": {"NULL": True}},
        {"id": {"SS": ["a"]}},
        {"id": {"NS": ["1"]}},
        {"id": {"BS": ["aaaa"]}},
        {"id": {"M": {}}},
        {"id": {"L": []}},
    ],
)
def test_an_item_without_its_key_is_refused(backend: DynamoDBBackend, item: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as refusal:
        write(backend, [put(item)])

    assert (refusal.value.code, refusal.value.message) == ("ValidationException", NO_MATCH)


@pytest.mark.parametrize("key", [{}, {"x": {"S": "a"}}, {"id": {"N": "1"}}, A1])
def test_a_key_that_is_not_the_table_s_is_refused(backend: DynamoDBBackend, key: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match=NO_MATCH):
        write(backend, [delete(key)])

    assert items(backend) == [A1]


def test_an_item_without_its_sort_key_is_refused(indexed: DynamoDBBackend) -> None:
    with pytest.raises(ServiceError, match=NO_MATCH):
        write(indexed, [put({"a": {"S": "a"}})], "Indexed")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (
            {"a": {"S": ""}, "b": {"N": "1"}},
            "One or more parameter values are not valid. "
            "The AttributeValue for a key attribute cannot contain an empty string value. Key: a",
        ),
        (
            {"a": {"S": "p"}, "b": {"N": "1"}, "c": {"N": "1"}},
            "One or more parameter values were invalid: "
            "Type mismatch for Index Key c Expected: S Actual: N IndexName: by-c",
        ),
        (
            {"a": {"S": "p"}, "b": {"N": "1"}, "d": {"NULL": True}},
            "One or more parameter values were invalid: "
            "Type mismatch for Index Key d Expected: B Actual: NULL IndexName: by-d",
        ),
        (
            {"a": {"S": "p"}, "b": {"N": "1"}, "d": {"B": ""}},
            "One or more parameter values are not valid. A value specified for a secondary index key is not "
            "supported. The AttributeValue for a key attribute cannot contain an empty binary value. "
            "IndexName: by-d, IndexKey: d",
        ),
        (
            {"a": {"S": "x" * 2049}, "b": {"N": "1"}},
            "One or more parameter values were invalid: "
            "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
    ],
)
def test_a_key_attribute_that_an_index_or_the_table_cannot_take_is_refused(
    indexed: DynamoDBBackend, item: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as refusal:
        write(indexed, [put(item)], "Indexed")

    assert (refusal.value.code, refusal.value.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {},
            "1 validation error detected: Value null at 'requestItems' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            {"ReturnConsumedCapacity": "hi", "ReturnItemCollectionMetrics": "hi"},
            "3 validation errors detected: "
            "Value 'hi' at 'returnConsumedCapacity' failed to satisfy constraint: "
            "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; "
            "Value 'hi' at 'returnItemCollectionMetrics' failed to satisfy constraint: "
            "Member must satisfy enum value set: [SIZE, NONE]; "
            "Value null at 'requestItems' failed to satisfy constraint: Member must not be null",
        ),
        (
            {"RequestItems": {}},
            "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            {"RequestItems": {"Orders": []}},
            "1 validation error detected: Value '{Orders=[]}' at 'requestItems' failed to satisfy constraint: "
            f"Map value must satisfy constraint: {LENGTHS}",
        ),
        (
            {"RequestItems": {"Orders": [{"PutRequest": {}}]}},
            "1 validation error detected: Value null at 'requestItems.Orders.member.1.member.putRequest.item' "
            "failed to satisfy constraint: Member must not be null",
        ),
        (
            {"RequestItems": {"Orders": [{}]}},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        (
            {"RequestItems": {"Orders": [{**put(B), **delete(B)}]}},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        (
            {"RequestItems": {"Orders": [put({"id": {"S": str(n)}}) for n in range(26)]}},
            "Too many items requested for the BatchWriteItem call",
        ),
        (
            {"RequestItems": {"Orders": [put({"id": {"S": "x"}, "n": {"N": "b"}})]}},
            "The parameter cannot be converted to a numeric value: b",
        ),
    ],
)
def test_a_request_that_dynamodb_does_not_take_is_refused(
    backend: DynamoDBBackend, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as refusal:
        batch_write_item(request_, backend.get_table)

    assert (refusal.value.code, refusal.value.message) == ("ValidationException", message)


@pytest.mark.parametrize("requests", ["x", [1], [{"PutRequest": 1}], [{"PutRequest": {"Item": []}}]])
def test_json_of_another_form_is_refused(backend: DynamoDBBackend, requests: Any) -> None:
    with pytest.raises(ServiceError) as refusal:
        write(backend, requests)

    assert refusal.value.code == "SerializationException"


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
# Names and texts count their bytes, binary values theirs without base64.
@pytest.mark.parametrize(
    ("fitting", "too_large"),
    [
        ({"S": "x" * 409_596}, {"S": "x" * 409_597}),
        (
            {"B": base64.b64encode(bytes(409_596)).decode()},
            {"B": base64.b64encode(bytes(409_597)).decode()},
        ),
    ],
)
def test_an_item_above_400_kb_is_refused_and_one_of_400_kb_is_stored_and_read(
    backend: DynamoDBBackend, fitting: dict[str, Any], too_large: dict[str, Any]
) -> None:
    for content, refused in ((fitting, False), (too_large, True)):
        body = {"RequestItems": {"Orders": [put({"id": {"S": "b"}, "t": content})]}}
        expected = pytest.raises(ServiceError, match="Item size has exceeded") if refused else nullcontext()
        with expected:
            batch_write_item(body, backend.get_table, len(json.dumps(body)))

    table: Any = backend.get_table("Orders")
    found, _, _ = table.scan(filters={}, limit=10, exclusive_start_key=None)
    assert [item.hash_key.value for item in found] == ["a", "b"]


@pytest.mark.parametrize(
    "bad", [put({"x": {"S": "a"}}), delete(A1), put({"id": {"S": "z"}, "t": {"S": "x" * 410_000}}), put(B)]
)
def test_a_request_of_which_one_write_is_refused_writes_nothing(
    backend: DynamoDBBackend, bad: dict[str, Any]
) -> None:
    with pytest.raises(ServiceError):
        write(backend, [put(B), bad])

    assert items(backend) == [A1]
    assert recorded(backend) == []


def test_capacity_is_told_when_it_is_asked_for(backend: DynamoDBBackend) -> None:
    # GIVEN an item of more than one kilobyte, and a small one
    requests = [put({"id": {"S": "x"}, "t": {"S": "x" * 1024}}), put(B)]

    # THEN they take three write units, and so does deleting them
    three = {"TableName": "Orders", "CapacityUnits": 3.0}
    assert write(backend, requests, ReturnConsumedCapacity="TOTAL") == {
        "UnprocessedItems": {},
        "ConsumedCapacity": [three],
    }
    deletes = [delete({"id": {"S": "x"}}), delete(B)]
    assert write(backend, deletes, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"] == [
        {**three, "Table": {"CapacityUnits": 3.0}}
    ]
    assert write(backend, requests, ReturnConsumedCapacity="NONE") == {"UnprocessedItems": {}}


def test_item_collections_are_told_of_tables_with_local_indexes(indexed: DynamoDBBackend) -> None:
    requests = [put({"a": {"S": "p"}, "b": {"N": str(n)}}) for n in range(2)]

    answer = batch_write_item(
        {"RequestItems": {"Indexed": requests, "Orders": [put(B)]}, "ReturnItemCollectionMetrics": "SIZE"},
        indexed.get_table,
    )

    assert answer["ItemCollectionMetrics"] == {
        "Indexed": [{"ItemCollectionKey": {"a": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}]
    }


def nested(depth: int) -> Any:
    """Return a value with as many lists in one another."""
    value: Any = {"S": "a"}
    for _ in range(depth):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"x": nested(33)}, "nested levels beyond supported limit"),
        ({"x": nested(2000)}, "nested levels beyond supported limit"),
        ({"": {"S": "a"}}, "Empty attribute name"),
        ({"x" * 65_536: {"S": "a"}}, "Attribute name is too large, must be less than 65536 bytes"),
    ],
)
def test_an_item_of_a_form_that_dynamodb_does_not_take_is_refused(
    backend: DynamoDBBackend, attributes: dict[str, Any], message: str
) -> None:
    before = items(backend)

    with pytest.raises(ServiceError, match=message):
        write(backend, [put({**B, **attributes})])

    assert items(backend) == before


def test_values_of_a_batch_may_be_nested_32_levels_deep(backend: DynamoDBBackend) -> None:
    write(backend, [put({**B, "x": nested(32)})])

    assert backend.get_item("Orders", {"id": B["id"]}) is not None
