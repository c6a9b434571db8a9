"""Makes the views of a catalog."""

import duckdb

from .catalog import Catalog, Column, Source, Table
from .error_view import DELIVERY_ERRORS, error_view
from .sql_text import identifier, literal, literals, struct

# What the reader calls the file's path. Under another name, which a row with such a column needs, it prunes nothing.
_FILE = "filename"
_OTHER_FILE = "$file"
PATH = "$path"


def register(connection: duckdb.DuckDBPyConnection, catalog: Catalog, before: Catalog | None = None) -> None:
    """Make a view of every table, and `delivery_errors` of the error tables.

    The columns of a view are those of the rows, those of the folders, and `"$path"`, as in Athena. A filter on the
    folders' columns or on `"$path"` decides which objects are read at all. A view shows the objects of the crawl.
    Tables that were in the catalog `before` and are gone lose their views.
    """
    names = {table.name for table in catalog.tables}
    for table in before.tables if before is not None else ():
        if table.name not in names:
            connection.execute(f"DROP VIEW IF EXISTS {identifier(table.name)}")
    for table in catalog.tables:
        connection.execute(
            f"CREATE OR REPLACE VIEW {identifier(table.name)} AS {table_query(table, catalog)}"
        )
    connection.execute(f"CREATE OR REPLACE VIEW {DELIVERY_ERRORS} AS {error_view(catalog)}")


def table_query(table: Table, catalog: Catalog) -> str:
    """Return the query that reads a table's objects."""
    if not table.sources or not table.columns:
        return _nothing(table)
    bucket = f"s3://{catalog.bucket_name}"
    return "\nUNION ALL\n".join(_source_query(table, source, bucket) for source in table.sources)


def _nothing(table: Table) -> str:
    columns = (*table.columns, *table.partition_columns, Column(PATH, "VARCHAR"))
    values = ", ".join(f"NULL::{column.type} AS {identifier(column.name)}" for column in columns)
    return f"SELECT {values} WHERE false"


def _source_query(table: Table, source: Source, bucket: str) -> str:
    values = [f"{_value(column, source)} AS {identifier(column.name)}" for column in table.columns]
    values += [
        f"{_partition_value(table, column, source)} AS {identifier(column.name)}"
        for column in table.partition_columns
    ]
    values.append(f"{_path(table, source, bucket)} AS {identifier(PATH)}")
    return f"SELECT {', '.join(values)}\nFROM {_reader(table, source)}"


def _value(column: Column, source: Source) -> str:
    if source.format == "json":
        return identifier(column.name)
    own = {name.lower(): (name, type_) for name, type_ in source.fields}.get(column.name.lower())
    if own is None:
        return f"NULL::{column.type}"
    name, type_ = own
    if source.format == "parquet" and type_ == column.type:
        return identifier(name)
    return f"TRY_CAST({identifier(name)} AS {column.type})"


def _partition_value(table: Table, column: Column, source: Source) -> str:
    if column.name not in source.partition_names:
        return f"NULL::{column.type}"
    number = source.partition_names.index(column.name)
    if source.is_hive[number]:
        return f"TRY_CAST({identifier(column.name)} AS {column.type})"
    # The path has the base, the table's folders, then those of the partitions.
    position = len(source.base.split("/")) + source.table_folder_count + number + 1
    return _decoded(f"split_part({identifier(_file(table))}, '/', {position})", source)


def _file(table: Table) -> str:
    return _OTHER_FILE if any(column.name.lower() == _FILE for column in table.columns) else _FILE


def _path(table: Table, source: Source, bucket: str) -> str:
    file = identifier(_file(table))
    if source.base == bucket:
        return file
    key = _decoded(f"substr({file}, {len(source.base) + 2})", source)
    return f"{literal(f'{bucket}/')} || {key}"


def _decoded(text: str, source: Source) -> str:
    """Return the text of a key; that of a copy's path is encoded."""
    return text if source.base.startswith("s3://") else f"url_decode({text})"


def _reader(table: Table, source: Source) -> str:
    options = [
        f"filename = {literal(_file(table))}",
        f"hive_partitioning = {str(any(source.is_hive)).lower()}",
        "hive_types_autocast = false",
    ]
    files = literals(source.files)
    if source.format == "parquet":
        return f"read_parquet({', '.join([files, *options])})"
    options.append(f"compression = {literal(source.compression)}")
    if source.format == "csv":
        columns = {name: "VARCHAR" for name, _ in source.fields}
        dialect = [f"{name} = {_dialect_value(name, value)}" for name, value in source.dialect]
        options += ["auto_detect = false", "null_padding = true", "ignore_errors = true", *dialect]
        return f"read_csv({', '.join([files, *options, f'columns = {struct(columns)}'])})"
    options.append(f"format = {literal(source.framing)}")
    if source.framing == "newline_delimited":
        options.append("ignore_errors = true")
    columns = {column.name: column.type for column in table.columns}
    return f"read_json({', '.join([files, *options, f'columns = {struct(columns)}'])})"


def _dialect_value(name: str, value: str) -> str:
    return value if name in ("skip", "header") else literal(value)
