"""Types of columns, as the Glue Data Catalog keeps them.

https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types
"""

import pytest

from emulator.firehose.conversion.hive_type import (
    Array,
    HiveType,
    HiveTypeError,
    Map,
    Primitive,
    Struct,
    parse_type,
)

STRING, INT = Primitive("string"), Primitive("int")


@pytest.mark.parametrize(
    "name",
    "boolean tinyint smallint int bigint float double string binary date timestamp".split(),  # noqa: SIM905
)
def test_plain_type_is_read_in_any_case(name: str) -> None:
    assert parse_type(name) == parse_type(f" {name.upper()} ") == Primitive(name)


@pytest.mark.parametrize(
    ("text", "hive_type"),
    [
        ("integer", INT),
        ("double precision", Primitive("double")),
        ("decimal", Primitive("decimal", (10, 0))),
        ("decimal(12)", Primitive("decimal", (12, 0))),
        ("decimal(10, 2)", Primitive("decimal", (10, 2))),
        ("DECIMAL(38,38)", Primitive("decimal", (38, 38))),
        ("char(255)", Primitive("char", (255,))),
        ("varchar( 65535 )", Primitive("varchar", (65535,))),
        ("array<string>", Array(STRING)),
        ("map<string,array<int>>", Map(STRING, Array(INT))),
        ("struct<name:string,age:int>", Struct((("name", STRING), ("age", INT)))),
        ("struct<Name : string , `order`:int>", Struct((("Name", STRING), ("order", INT)))),
        ("struct<`a``b`:string>", Struct((("a`b", STRING),))),
        (
            "array<struct<sku:string,prices:map<string,decimal(10,2)>>>",
            Array(Struct((("sku", STRING), ("prices", Map(STRING, Primitive("decimal", (10, 2))))))),
        ),
    ],
)
def test_type_is_read(text: str, hive_type: HiveType) -> None:
    assert parse_type(text) == hive_type


@pytest.mark.parametrize(
    "text",
    [
        "text",
        "uniontype<int,string>",
        "string(10)",
        "char",
        "char(0)",
        "char(256)",
        "varchar(65536)",
        "varchar(6 5535)",
        "varchar(foo)",
        "char(10)garbage",
        "decimal(39,2)",
        "decimal(2,3)",
        "decimal(1,2,3)",
        "decimal(",
        "array<string",
        "array<string>garbage",
        "array<>",
        "map<string>",
        "map<array<string>,int>",
        "struct<>",
        "struct<a:>",
        "struct<:string>",
        "struct<a:int<b:int>>",
        "struct<a:int,A:string>",
        "struct<a:string>,",
        "array<" * 40 + "string" + ">" * 40,
    ],
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(HiveTypeError):
        parse_type(text)
