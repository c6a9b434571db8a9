"""JSON as Firehose's records leave it: in lines, or side by side."""

import pytest

from notebooks.lake.json_text import all_rows, sample_rows

ROWS = ['{"a": 1}', '{"a": 2}']


@pytest.mark.parametrize(
    ("content", "lines", "is_newline_delimited"),
    [
        ('{"a": 1}\n{"a": 2}\n', ROWS, True),
        ('{"a": 1}\r\n\n{"a": 2}', ROWS, True),
        ('{"a": 1}{"a": 2}', ROWS, False),
        ('{"a": 1} {"a": 2}\n', ROWS, False),
        ('{\n"a": 1}\n{"a":\n2}', ['{ "a": 1}', '{"a": 2}'], False),
        ('[{"a": 1}, {"a": 2}]', ROWS, False),
        ('\ufeff{"a": 1}\n{"a": 2}', ROWS, True),
        ('{"a": "}{\\n"}{"a": "é"}', ['{"a": "}{\\n"}', '{"a": "é"}'], False),
    ],
    ids=[
        "lines",
        "empty lines",
        "side by side",
        "one line",
        "several lines",
        "list",
        "byte order mark",
        "text",
    ],
)
def test_rows_are_found_however_they_stand(
    content: str, lines: list[str], is_newline_delimited: bool
) -> None:
    # WHEN
    rows = all_rows(content.encode())

    # THEN
    assert [line.rstrip("\r") for line in rows.lines] == lines
    assert (rows.problems, rows.is_newline_delimited) == ([], is_newline_delimited)


@pytest.mark.parametrize(
    ("content", "count", "problems"),
    [
        (b'{"a": 1}\n{"a": ', 1, ["truncated: the beginning of a row follows 1 whole ones"]),
        (b'{"a": 1}{"a": 2}{"', 2, ["truncated: the beginning of a row follows 2 whole ones"]),
        (b'{"a": 1}\nno\n{"a": 2}\n{"a": NaN}\n', 2, ["2 lines are not JSON: line 2 first"]),
        (b'{"a": 1}\n3\n', 1, ["a JSON value is not an object"]),
        (b'{"a": "\xff"}\n', 1, ["not UTF-8: what cannot be read is replaced"]),
        (b"[" * 100_000 + b"\n" + b'{"a": 1}', 1, ["1 line is not JSON: line 1 first"]),
    ],
    ids=["truncated", "truncated, side by side", "other lines", "a number", "not UTF-8", "too deep"],
)
def test_what_is_no_row_is_named_and_the_others_are_read(
    content: bytes, count: int, problems: list[str]
) -> None:
    # WHEN
    rows = all_rows(content)

    # THEN
    assert (len(rows.lines), rows.problems) == (count, problems)


def test_columns_are_merged_over_rows() -> None:
    # WHEN
    rows = all_rows(b'{"a": 1, "b": {"c": 1}}\n{"a": 1.5, "b": {"d": "x"}, "e": [true]}\n')

    # THEN
    assert rows.fields == {"a": "DOUBLE", "b": {"c": "INTEGER", "d": "VARCHAR"}, "e": ["BOOLEAN"]}


def test_a_sample_knows_the_columns_of_the_beginning_and_of_the_end_and_that_the_end_is_missing() -> None:
    # GIVEN
    head, end = b'{"a": 1}\n{"a": 2, "b', b'x": 3}\n{"a": 1.5}\n'

    # WHEN
    whole, cut = sample_rows(head, end), sample_rows(head, end + b'{"a')

    # THEN
    assert (whole.fields, whole.problems) == ({"a": "DOUBLE"}, [])
    assert cut.problems == ["truncated: the beginning of a row follows 1 whole ones"]
