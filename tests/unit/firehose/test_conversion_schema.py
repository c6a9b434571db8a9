"""Schemas of conversions, from tables in Glue.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_SchemaConfiguration.html
https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html (error codes)
"""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from emulator.firehose.conversion import Column, Schema, SchemaError, SchemaSource, schema_from
from emulator.firehose.conversion.hive_type import Array, Primitive
from tests.unit.firehose.conversion_setup import TABLE, glue_table
from tests.unit.firehose.fakes import ManualClock, client_error


class FakeGlue:
    """Has the versions of one table; raises what is in `errors` first."""

    def __init__(self, *versions: dict[str, str]) -> None:
        self.versions = list(versions)
        self.errors: list[Exception] = []
        self.requests: list[dict[str, Any]] = []

    def get_table(self, **arguments: Any) -> dict[str, Any]:
        self._take(arguments)
        return {"Table": glue_table(self.versions[-1])}

    def get_table_version(self, **arguments: Any) -> dict[str, Any]:
        self._take(arguments)
        return {"TableVersion": {"Table": glue_table(self.versions[int(arguments["VersionId"])])}}

    def _take(self, arguments: dict[str, Any]) -> None:
        self.requests.append(arguments)
        if self.errors:
            raise self.errors.pop(0)


def schema_of(**columns: str) -> Schema:
    return schema_from(glue_table(columns))


def test_columns_are_those_of_the_table_without_its_partition_keys() -> None:
    assert schema_of(order_id="string", tags="array<int>") == Schema(
        (Column("order_id", Primitive("string")), Column("tags", Array(Primitive("int"))))
    )


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({}, "NonExistentColumns"),
        ({"c": ""}, "ValidationException"),
        ({" ": "string"}, "ValidationException"),
        ({"c": "array<string"}, "InvalidTypeFormat"),
        ({"c": "binary"}, "InvalidSchema"),
        ({"c": "map<string,array<struct<d:binary>>>"}, "InvalidSchema"),
    ],
)
def test_table_that_cannot_be_converted_to_is_no_schema(columns: dict[str, str], code: str) -> None:
    with pytest.raises(SchemaError) as refused:
        schema_from(glue_table(columns))
    assert refused.value.failed.error_code == f"DataFormatConversion.{code}"
    assert not refused.value.retriable


def test_table_without_a_storage_descriptor_is_no_schema() -> None:
    with pytest.raises(SchemaError, match="non-null storage descriptor"):
        schema_from({"Name": "orders"})


def test_binary_column_is_refused_in_the_words_of_aws() -> None:
    # Seen on AWS in a stream of a project that used the type.
    with pytest.raises(SchemaError) as refused:
        schema_of(c="binary")
    assert refused.value.failed.error_message == (
        "The schema is invalid. One or more columns have types that are not supported by "
        "org.openx.data.JsonSerDe"
    )


def test_latest_version_is_looked_up_again_after_a_while() -> None:
    # GIVEN a schema that was read
    clock, glue = ManualClock(), FakeGlue({"a": "int"})
    source = SchemaSource(glue, clock)
    assert source.schema(TABLE) == schema_of(a="int")

    # WHEN the table gets another column
    glue.versions.append({"a": "int", "b": "int"})

    # THEN it is used within ten seconds
    clock.advance(9)
    assert source.schema(TABLE) == schema_of(a="int")
    clock.advance(1)
    assert source.schema(TABLE) == schema_of(a="int", b="int")
    assert glue.requests == [
        {"CatalogId": "000000000000", "DatabaseName": "lake", "Name": "orders"},
        {"CatalogId": "000000000000", "DatabaseName": "lake", "Name": "orders"},
    ]


def test_schema_that_did_not_change_is_the_same_object() -> None:
    # GIVEN
    clock = ManualClock()
    source = SchemaSource(FakeGlue({"a": "int"}), clock)
    first = source.schema(TABLE)

    # WHEN
    clock.advance(60)

    # THEN
    assert source.schema(TABLE) is first


def test_version_by_its_id_is_read_once() -> None:
    # GIVEN
    clock, glue = ManualClock(), FakeGlue({"a": "int"}, {"b": "int"})
    source = SchemaSource(glue, clock)
    first = replace(TABLE, version_id="0")

    # WHEN
    schemas = [source.schema(first)]
    clock.advance(3600)
    schemas.append(source.schema(first))

    # THEN
    assert schemas == [schema_of(a="int")] * 2
    assert [request for request in glue.requests if "VersionId" in request] == [
        {
            "CatalogId": "000000000000",
            "DatabaseName": "lake",
            "TableName": "orders",
            "VersionId": "0",
        }
    ]


@pytest.mark.parametrize(
    ("error", "code", "retriable"),
    [
        (client_error("EntityNotFoundException"), "EntityNotFound", False),
        (client_error("AccessDeniedException"), "AccessDenied", False),
        (client_error("InvalidInputException"), "InvalidInput", False),
        (client_error("ThrottlingException"), "ThrottledByGlue", True),
        (client_error("InternalServiceException"), "InternalError", True),
        (EndpointConnectionError(endpoint_url="http://glue"), "InternalError", True),
    ],
)
def test_error_of_glue_has_firehoses_code_and_is_not_kept(
    error: ClientError | EndpointConnectionError, code: str, retriable: bool
) -> None:
    # GIVEN
    glue = FakeGlue({"a": "int"})
    glue.errors = [error]
    source = SchemaSource(glue, ManualClock())

    # WHEN
    with pytest.raises(SchemaError) as refused:
        source.schema(TABLE)

    # THEN
    assert (refused.value.failed.error_code, refused.value.retriable) == (
        f"DataFormatConversion.{code}",
        retriable,
    )
    assert source.schema(TABLE) == schema_of(a="int")


def test_missing_version_of_a_table_is_told_from_a_missing_table() -> None:
    # GIVEN a table that is there and a version of it that is not
    glue = FakeGlue({"a": "int"})
    source = SchemaSource(glue, ManualClock())

    def get_table_version(**arguments: Any) -> dict[str, Any]:
        raise client_error("EntityNotFoundException")

    glue.get_table_version = get_table_version  # type: ignore[method-assign]

    # THEN
    with pytest.raises(SchemaError) as refused:
        source.schema(replace(TABLE, version_id="7"))
    assert refused.value.failed.error_code == "DataFormatConversion.InvalidVersionId"
