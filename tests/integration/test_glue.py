"""Databases and tables through the Glue API.

https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws

COLUMNS = [{"Name": "order_id", "Type": "string"}, {"Name": "price", "Type": "double"}]
ACCOUNT = "000000000000"


def table_input(name: str, columns: list[dict[str, str]] = COLUMNS) -> dict[str, Any]:
    """Return the TableInput of a Parquet table, as Terraform and the console write it."""
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
        "StorageDescriptor": {
            "Columns": columns,
            "Location": f"s3://lake/{name}/",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
            },
        },
    }


@pytest.fixture
def database(aws: Aws, name: str) -> Iterator[str]:
    """Create a database for a test."""
    aws.client("glue").create_database(DatabaseInput={"Name": name, "Description": "orders"})
    yield name
    aws.client("glue").delete_database(Name=name)


def error_of(call: Any, **arguments: Any) -> tuple[str, str]:
    """Return the code and the message that a call is refused with."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_database_is_described_updated_and_listed(aws: Aws, database: str) -> None:
    glue = aws.client("glue")

    # WHEN its description changes
    glue.update_database(Name=database, DatabaseInput={"Name": database, "Description": "changed"})

    # THEN both ways of reading show it
    described = glue.get_database(Name=database)["Database"]
    assert (described["Name"], described["Description"], described["CatalogId"]) == (
        database,
        "changed",
        ACCOUNT,
    )
    names = [
        each["Name"]
        for page in glue.get_paginator("get_databases").paginate()
        for each in page["DatabaseList"]
    ]
    assert names.count(database) == 1


def test_table_comes_back_as_it_was_created(aws: Aws, database: str) -> None:
    # WHEN
    glue = aws.client("glue")
    glue.create_table(DatabaseName=database, TableInput=table_input("orders"))

    # THEN everything given is there, with the first version's id
    table = glue.get_table(DatabaseName=database, Name="orders")["Table"]
    given = table_input("orders")
    assert {name: table[name] for name in given} == given
    assert (table["DatabaseName"], table["CatalogId"], table["VersionId"]) == (database, ACCOUNT, "0")
    # AND what Terraform reads besides
    assert (
        glue.get_partition_indexes(DatabaseName=database, TableName="orders")["PartitionIndexDescriptorList"]
        == []
    )


def test_names_are_stored_in_lower_case(aws: Aws, database: str) -> None:
    # WHEN
    glue = aws.client("glue")
    glue.create_table(DatabaseName=database.upper(), TableInput=table_input("Orders"))

    # THEN
    assert [table["Name"] for table in glue.get_tables(DatabaseName=database)["TableList"]] == ["orders"]
    assert glue.get_table(DatabaseName=database, Name="ORDERS")["Table"]["Name"] == "orders"


def test_every_update_is_a_version(aws: Aws, database: str) -> None:
    # GIVEN
    glue = aws.client("glue")
    glue.create_table(DatabaseName=database, TableInput=table_input("orders"))
    wider = [*COLUMNS, {"Name": "quantity", "Type": "int"}]

    # WHEN
    glue.update_table(DatabaseName=database, TableInput=table_input("orders", wider))

    # THEN the latest is read by default and the first one by its id
    table = glue.get_table(DatabaseName=database, Name="orders")["Table"]
    assert (table["VersionId"], table["StorageDescriptor"]["Columns"]) == ("1", wider)
    first = glue.get_table_version(DatabaseName=database, TableName="orders", VersionId="0")["TableVersion"]
    assert (first["VersionId"], first["Table"]["StorageDescriptor"]["Columns"]) == ("0", COLUMNS)
    newest = glue.get_table_version(DatabaseName=database, TableName="orders")["TableVersion"]
    assert newest["VersionId"] == "1"
    versions = glue.get_table_versions(DatabaseName=database, TableName="orders")["TableVersions"]
    assert sorted(version["VersionId"] for version in versions) == ["0", "1"]

    # AND a version that was deleted is gone
    glue.delete_table_version(DatabaseName=database, TableName="orders", VersionId="0")
    for call in (glue.get_table_version, glue.delete_table_version):
        assert error_of(call, DatabaseName=database, TableName="orders", VersionId="0") == (
            "EntityNotFoundException",
            "Version not found.",
        )


def test_update_without_an_archive_leaves_one_version(aws: Aws, database: str) -> None:
    # GIVEN
    glue = aws.client("glue")
    glue.create_table(DatabaseName=database, TableInput=table_input("orders"))

    # WHEN
    glue.update_table(DatabaseName=database, TableInput=table_input("orders"), SkipArchive=True)

    # THEN
    versions = glue.get_table_versions(DatabaseName=database, TableName="orders")["TableVersions"]
    assert [version["VersionId"] for version in versions] == ["1"]
    assert error_of(
        glue.update_table, DatabaseName=database, TableInput=table_input("orders"), VersionId="0"
    ) == ("ConcurrentModificationException", "Update table failed due to concurrent modifications.")


def test_lists_come_in_pages(aws: Aws, database: str) -> None:
    # GIVEN
    glue = aws.client("glue")
    for number in range(5):
        glue.create_table(DatabaseName=database, TableInput=table_input(f"orders_{number}"))

    # WHEN
    pages = list(
        glue.get_paginator("get_tables").paginate(DatabaseName=database, PaginationConfig={"PageSize": 2})
    )

    # THEN
    assert [[table["Name"] for table in page["TableList"]] for page in pages] == [
        ["orders_0", "orders_1"],
        ["orders_2", "orders_3"],
        ["orders_4"],
    ]
    assert error_of(glue.get_tables, DatabaseName=database, NextToken="?")[0] == "InvalidInputException"


def test_tables_are_deleted_one_by_one_and_together(aws: Aws, database: str) -> None:
    # GIVEN
    glue = aws.client("glue")
    for name in ("a", "b", "c"):
        glue.create_table(DatabaseName=database, TableInput=table_input(name))

    # WHEN
    glue.delete_table(DatabaseName=database, Name="a")
    errors = glue.batch_delete_table(DatabaseName=database, TablesToDelete=["b", "missing"])["Errors"]

    # THEN
    assert [(error["TableName"], error["ErrorDetail"]["ErrorCode"]) for error in errors] == [
        ("missing", "EntityNotFoundException")
    ]
    assert [table["Name"] for table in glue.get_tables(DatabaseName=database)["TableList"]] == ["c"]


def test_errors_have_glues_codes(aws: Aws, database: str, name: str) -> None:
    # GIVEN
    glue = aws.client("glue")
    glue.create_table(DatabaseName=database, TableInput=table_input("orders"))

    # THEN
    assert error_of(glue.create_database, DatabaseInput={"Name": database}) == (
        "AlreadyExistsException",
        "Database already exists.",
    )
    assert error_of(glue.create_table, DatabaseName=database, TableInput=table_input("orders")) == (
        "AlreadyExistsException",
        "Table already exists.",
    )
    missing = f"{name}-missing"
    refused: list[tuple[Any, dict[str, Any]]] = [
        (glue.get_database, {"Name": missing}),
        (glue.delete_database, {"Name": missing}),
        (glue.get_tables, {"DatabaseName": missing}),
        (glue.get_table, {"DatabaseName": missing, "Name": "orders"}),
        (glue.get_table, {"DatabaseName": database, "Name": "missing"}),
        (glue.delete_table, {"DatabaseName": database, "Name": "missing"}),
        (glue.update_table, {"DatabaseName": database, "TableInput": {"Name": "missing"}}),
        (glue.get_table_versions, {"DatabaseName": database, "TableName": "missing"}),
        (glue.get_table, {"CatalogId": "111122223333", "DatabaseName": database, "Name": "orders"}),
    ]
    for call, arguments in refused:
        assert error_of(call, **arguments)[0] == "EntityNotFoundException"
    assert (
        error_of(glue.get_table_version, DatabaseName=database, TableName="orders", VersionId="first")[0]
        == "InvalidInputException"
    )


def test_tags_of_a_database(aws: Aws, name: str) -> None:
    # GIVEN
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": name}, Tags={"team": "orders"})
    arn = f"arn:aws:glue:eu-north-1:{ACCOUNT}:database/{name}"

    # WHEN
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"stage": "test"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["team"])

    # THEN
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"stage": "test"}
    glue.delete_database(Name=name)


def test_other_operations_and_settings_are_refused_by_name(aws: Aws, database: str) -> None:
    glue = aws.client("glue")
    code, message = error_of(glue.get_crawlers)
    assert (code, message) == (
        "InternalFailure",
        "glue.GetCrawlers is not supported by this emulator: it has databases and tables only",
    )
    indexed = {"Keys": ["day"], "IndexName": "by_day"}
    assert error_of(
        glue.create_table,
        DatabaseName=database,
        TableInput=table_input("orders"),
        PartitionIndexes=[indexed],
    ) == ("InvalidInputException", "PartitionIndexes is not supported by this emulator.")


def test_command_line_reaches_the_catalogue(aws: Aws, database: str) -> None:
    # GIVEN
    aws.client("glue").create_table(DatabaseName=database, TableInput=table_input("orders"))

    # WHEN
    command = [str(Path(sys.executable).with_name("awslocal")), "glue", "get-tables"]
    answer = subprocess.run(
        [*command, "--database-name", database], env=os.environ, capture_output=True, check=True
    )

    # THEN
    assert [table["Name"] for table in json.loads(answer.stdout)["TableList"]] == ["orders"]
