"""JSON: the examples of https://trino.io/docs/current/functions/json.html."""

from typing import Any

import pytest

from tests.unit.notebooks.athena.conftest import Run

STORE = (
    '\'{"store": {"book": [{"author": "Melville"}], "book name": "Moby-Dick", "open": true, "copies": 3}}\''
)

CASES: list[tuple[str, Any]] = [
    ("json_extract_scalar('[1, 2, 3]', '$[2]')", "3"),
    (f"json_extract_scalar({STORE}, '$.store.book[0].author')", "Melville"),
    (f"json_extract_scalar({STORE}, '$.store[\"book name\"]')", "Moby-Dick"),
    (f"json_extract_scalar({STORE}, '$.store.open')", "true"),
    # Not a scalar, not there, not JSON: NULL.
    (f"json_extract_scalar({STORE}, '$.store.book')", None),
    (f"json_extract_scalar({STORE}, '$.nothing')", None),
    ("json_extract_scalar('not_json', '$.a')", None),
    ("json_extract('not_json', '$.a')", None),
    (f"json_format(json_extract({STORE}, '$.store.book'))", '[{"author":"Melville"}]'),
    (f"cast(json_extract({STORE}, '$.store.copies') AS integer) + 1", 4),
    (f"cast(json_extract({STORE}, '$.store[\"book name\"]') AS varchar)", "Moby-Dick"),
    ("json_format(json_parse('[1, 2, 3]'))", "[1,2,3]"),
    ("json_format(JSON '\"abc\"')", '"abc"'),
    ("json_format(JSON '42')", "42"),
    ("json_format(JSON '{\"a\": 1, \"b\": 2}')", '{"a":1,"b":2}'),
    ("json_format(CAST('42' AS JSON))", '"42"'),
    ("json_format(CAST(1.234 AS JSON))", "1.234"),
    ("json_format(CAST(ARRAY[1, NULL, 456] AS JSON))", "[1,null,456]"),
    ("json_format(CAST(MAP(ARRAY['k1', 'k2'], ARRAY[1, 23]) AS JSON))", '{"k1":1,"k2":23}'),
    ("CAST(JSON '\"abc\"' AS VARCHAR)", "abc"),
    ("CAST(JSON '42' AS VARCHAR)", "42"),
    ("CAST(JSON 'null' AS VARCHAR)", None),
    ("CAST(JSON '9223372036854775807' AS BIGINT)", 9223372036854775807),
    ("CAST(JSON 'true' AS BOOLEAN)", True),
    ("CAST(JSON '1.234' AS DOUBLE)", 1.234),
    ("CAST(JSON '[1,null,456]' AS ARRAY(INTEGER))", [1, None, 456]),
    ("CAST(JSON '[[1,23],[456]]' AS ARRAY(ARRAY(INTEGER)))", [[1, 23], [456]]),
    ("CAST(JSON '{\"k1\":1,\"k2\":23}' AS MAP(VARCHAR, INTEGER))", {"k1": 1, "k2": 23}),
    ("CAST(JSON '{\"v1\":123,\"v2\":\"abc\",\"v3\":true}' AS ROW(v1 BIGINT, v2 VARCHAR, v3 BOOLEAN))",
     {"v1": 123, "v2": "abc", "v3": True}),
    ("is_json_scalar('1')", True),
    ("is_json_scalar('[1, 2, 3]')", False),
    ("json_array_contains('[1, 2, 3]', 2)", True),
    ("json_array_contains('[1, 2, 3]', 4)", False),
    ("json_format(json_array_get('[\"a\", [3, 9], \"c\"]', 1))", "[3,9]"),
    ("json_format(json_array_get('[\"c\", [3, 9], \"a\"]', -2))", "[3,9]"),
    ("json_array_get('[]', 0)", None),
    ("json_array_length('[1, 2, 3]')", 3),
    ("json_array_length('{}')", None),
    ("json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x')", 2),
    ("json_size('{\"x\": [1, 2, 3]}', '$.x')", 3),
    ("json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x.a')", 0),
    # The SQL standard's functions
    (f"json_value({STORE}, 'lax $.store.book[0].author')", "Melville"),
    (f"json_query({STORE}, 'lax $.store.book')", '[{"author":"Melville"}]'),
    (f"json_exists({STORE}, 'lax $.store.book')", True),
    (f"json_exists({STORE}, 'lax $.store.closed')", False),
    # A name that the query gave to JSON.
    ("CAST(document AS VARCHAR) FROM (SELECT json_extract('{\"a\": \"x\"}', '$.a') AS document)", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[expression for expression, _ in CASES])
def test_json_is_read_as_trino_documents(run: Run, expression: str, expected: Any) -> None:
    assert run(f"SELECT {expression}") == [(expected,)]
