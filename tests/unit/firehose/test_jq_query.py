"""The keys of a query, read from its text.

https://jqlang.org/manual/v1.6/#object-construction
"""

import pytest

from emulator.firehose.validation.jq_query import keys_of


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("{s3Prefix: .tableName}", ["s3Prefix"]),
        (" {a:.a, b : .b.c} ", ["a", "b"]),
        ('{"a b": .a, c}', ["a b", "c"]),
        ("{customer_id:.customer_id,device:.type.device,year:.ts|strftime(\"%Y\")}",
         ["customer_id", "device", "year"]),
        ('{a: .x | "sector=\\(.y, "}")", b: [.p, .q], c: {d: 1, e: 2}}', ["a", "b", "c"]),
        ('{a: "}, b: \\" {"}', ["a"]),
        ('{a: (if .b then "x" else "y" end), $c}', ["a", "c"]),
        ("{}", []),
        ("{(.name): .value}", None),
        ("{a: .a} | del(.b)", None),
        (". | {a: .a}", None),
        ("{a: .a", None),
        ('{a: \\"x\\", b: .b}', None),
    ],
)  # fmt: skip
def test_keys_of_an_object_construction(query: str, keys: list[str] | None) -> None:
    assert keys_of(query) == keys
