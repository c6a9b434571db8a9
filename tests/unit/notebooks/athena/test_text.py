"""Text, patterns, URLs, bytes: https://trino.io/docs/current/functions/string.html, regexp.html, url.html."""

from typing import Any

import pytest

from tests.unit.notebooks.athena.conftest import Run

URL = "'https://localhost:8080/req_path?q=a+b%26c&empty=&q=2#part'"

CASES: list[tuple[str, Any]] = [
    ("'a' || 'b' || CAST(1 AS varchar)", "ab1"),
    ("'a' || NULL", None),
    ("concat('a', 'b', 'c')", "abc"),
    ("concat('a', NULL)", None),
    ("concat_ws(',', 'a', NULL, 'b')", "a,b"),
    ("chr(65)", "A"),
    ("codepoint('A')", 65),
    ("hamming_distance('abc', 'abd')", 1),
    ("length('Palhoça')", 7),
    ("levenshtein_distance('kitten', 'sitting')", 3),
    ("lower('ABC') || upper('def')", "abcDEF"),
    ("lpad('abc', 5, '*')", "**abc"),
    ("lpad('abc', 2, '*')", "ab"),
    ("rpad('abc', 5, '*')", "abc**"),
    ("normalize('e\u0301')", "é"),
    ("position('b' IN 'abc')", 2),
    ("strpos('abc', 'z')", 0),
    ("replace('abcabc', 'b')", "acac"),
    ("replace('abc', 'b', 'x')", "axc"),
    ("reverse('abc')", "cba"),
    ("split('a,b,,c', ',')", ["a", "b", "", "c"]),
    ("split_part('a-b-c', '-', 2)", "b"),
    ("split_part('a-b-c', '-', 4)", None),
    ("starts_with('abc', 'ab')", True),
    ("ends_with('abc', 'bc')", True),
    ("substr('abc', 2)", "bc"),
    ("substr('abc', -2)", "bc"),
    ("substr('abc', 2, 1)", "b"),
    ("substring('abc' FROM 2 FOR 1)", "b"),
    ("substring('abc', 2)", "bc"),
    ("translate('abcda', 'a', 'z')", "zbcdz"),
    ("translate('abcd', 'ac', 'z')", "zbd"),
    ("trim('  a ')", "a"),
    ("trim('!' FROM '!foo!')", "foo"),
    ("trim(LEADING FROM '  abcd')", "abcd"),
    ("trim(BOTH '$' FROM '$var$')", "var"),
    ("trim(TRAILING 'ER' FROM upper('worker'))", "WORK"),
    ("CAST('hello' AS varchar(3))", "hel"),
    ("'50%' LIKE '50!%' ESCAPE '!'", True),
    # Formats
    ("format('%s%%', 123)", "123%"),
    ("format('%.5f', pi())", "3.14159"),
    ("format('%03d', 8)", "008"),
    ("format('%,.2f', 1234567.89)", "1,234,567.89"),
    ("format('%-7s,%7s', 'hello', 'world')", "hello  ,  world"),
    # Regular expressions
    (r"regexp_count('1a 2b 14m', '\s*[a-z]+\s*')", 3),
    (r"regexp_extract_all('1a 2b 14m', '\d+')", ["1", "2", "14"]),
    (r"regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2)", ["a", "b", "m"]),
    (r"regexp_extract('1a 2b 14m', '\d+')", "1"),
    (r"regexp_extract('1a 2b 14m', '(\d+)([a-z]+)', 2)", "a"),
    (r"regexp_extract('abc', '\d+')", None),
    (r"regexp_like('1a 2b 14m', '\d+b')", True),
    (r"regexp_replace('1a 2b 14m', '\d+[ab] ')", "14m"),
    (r"regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m"),
    (r"regexp_replace('5', '(\d)', '\$$1')", "$5"),
    (r"regexp_split('1a 2b 14m', '\s*[a-z]+\s*')", ["1", "2", "14", ""]),
    # URLs
    ("url_extract_protocol('ftp://path/file')", "ftp"),
    (f"url_extract_host({URL})", "localhost"),
    (f"url_extract_port({URL})", 8080),
    (f"url_extract_path({URL})", "/req_path"),
    (f"url_extract_query({URL})", "q=a+b%26c&empty=&q=2"),
    (f"url_extract_fragment({URL})", "part"),
    (f"url_extract_parameter({URL}, 'q')", "a b&c"),
    (f"url_extract_parameter({URL}, 'empty')", ""),
    (f"url_extract_parameter({URL}, 'none')", None),
    ("url_encode('a b*~._-é&')", "a+b*%7E._-%C3%A9%26"),
    ("url_decode('a+b*%7E._-%C3%A9%26')", "a b*~._-é&"),
    # Bytes
    ("to_utf8('a')", b"a"),
    ("from_utf8(to_utf8('é'))", "é"),
    ("to_base64(to_utf8('a'))", "YQ=="),
    ("from_utf8(from_base64('YQ=='))", "a"),
    ("to_hex(to_utf8('k'))", "6B"),
    ("from_hex('6B')", b"k"),
    # RFC 1321 and FIPS 180-2 give these digests.
    ("lower(to_hex(md5(to_utf8('abc'))))", "900150983cd24fb0d6963f7d28e17f72"),
    ("lower(to_hex(sha1(to_utf8('abc'))))", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("lower(to_hex(sha256(to_utf8('abc'))))", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[expression for expression, _ in CASES])
def test_text_is_what_trino_documents(run: Run, expression: str, expected: Any) -> None:
    assert run(f"SELECT {expression}") == [(expected,)]
