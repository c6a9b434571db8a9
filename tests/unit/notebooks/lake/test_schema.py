"""What type a column has when its values have several."""

import itertools

import pytest

from notebooks.lake.schema import Type, duckdb_type, merge, type_of, with_wide_integers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "NULL"),
        (True, "BOOLEAN"),
        (2**31 - 1, "INTEGER"),
        (2**31, "BIGINT"),
        (-(2**63), "BIGINT"),
        (2**63, "HUGEINT"),
        (2**127, "DOUBLE"),
        (0.5, "DOUBLE"),
        ("2026-01-02", "VARCHAR"),
        ({"a": 1, "b": None}, {"a": "INTEGER", "b": "NULL"}),
        ([1, 2.5, None], ["DOUBLE"]),
        ([], ["NULL"]),
    ],
)
def test_a_json_value_has_the_narrowest_type(value: object, expected: Type) -> None:
    assert type_of(value) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("NULL", "BOOLEAN", "BOOLEAN"),
        ("INTEGER", "BIGINT", "BIGINT"),
        ("INTEGER", "DOUBLE", "DOUBLE"),
        ("UINTEGER", "INTEGER", "BIGINT"),
        ("UTINYINT", "USMALLINT", "USMALLINT"),
        ("UBIGINT", "TINYINT", "HUGEINT"),
        ("FLOAT", "BIGINT", "DOUBLE"),
        ("FLOAT", "DOUBLE", "DOUBLE"),
        ("DECIMAL(10,2)", "DECIMAL(6,4)", "DECIMAL(12,4)"),
        ("DECIMAL(38,0)", "DECIMAL(6,4)", "DOUBLE"),
        ("DECIMAL(10,2)", "INTEGER", "DOUBLE"),
        ("DATE", "TIMESTAMP", "TIMESTAMP"),
        ("INTEGER", "BOOLEAN", "VARCHAR"),
        ("INTEGER", "VARCHAR", "VARCHAR"),
        ("TIMESTAMP", "INTEGER", "VARCHAR"),
        ({"a": "INTEGER"}, {"a": "DOUBLE", "b": "VARCHAR"}, {"a": "DOUBLE", "b": "VARCHAR"}),
        (["INTEGER"], ["DOUBLE"], ["DOUBLE"]),
        ({"a": "INTEGER"}, ["INTEGER"], "VARCHAR"),
    ],
)
def test_a_merged_type_holds_the_values_of_both(one: Type, other: Type, expected: Type) -> None:
    assert [merge(one, other), merge(other, one)] == [expected, expected]


def test_the_order_of_objects_decides_nothing() -> None:
    # GIVEN
    types = ["NULL", "INTEGER", "UBIGINT", "DOUBLE"]

    # THEN
    for one, other, third in itertools.permutations(types, 3):
        assert merge(merge(one, other), third) == merge(one, merge(other, third))


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("NULL", "VARCHAR"),
        ("INTEGER", "BIGINT"),
        ({"a b": "INTEGER", "c": ["NULL"]}, 'STRUCT("a b" BIGINT, "c" VARCHAR[])'),
        ({}, "VARCHAR"),
        ({"a": "INTEGER", "A": "INTEGER"}, "VARCHAR"),
    ],
)
def test_a_column_from_json_is_written_as_duckdb_writes_it(type_: Type, expected: str) -> None:
    assert duckdb_type(with_wide_integers(type_)) == expected
