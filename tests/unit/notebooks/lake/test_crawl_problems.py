"""An object that cannot be read is named, and the others of its table are read."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path

import duckdb
import pytest

from tests.unit.notebooks.lake.fake_s3 import FakeS3, crawler, pair

ROW = b'{"a": 1}\n'


def zipped(*contents: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as entries:
        for number, content in enumerate(contents):
            entries.writestr(str(number), content)
    return archive.getvalue()


def interrupted_gzip(whole: bytes, lost: bytes) -> bytes:
    """Return GZIP data of which the end is missing."""
    compressor = zlib.compressobj(wbits=31)
    return compressor.compress(whole) + compressor.flush(zlib.Z_SYNC_FLUSH) + compressor.compress(lost)


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("parquet") / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS a) TO '{path}'")
    return Path(path).read_bytes()


@pytest.mark.parametrize(
    ("name", "body", "encoding", "rows"),
    [
        ("a.json.gz", gzip.compress(ROW), "", 1),
        ("a.json", gzip.compress(ROW), "gzip", 1),
        ("a", gzip.compress(ROW) + gzip.compress(ROW), "", 2),
        ("a.json.gz", ROW, "", 1),
        ("a.zip", zipped(ROW, b'{"a": 2}'), "zip", 2),
        ("a.snappy", ROW, "", 1),
        ("a.csv", b"a,b\n1,x\n", "", 1),
        ("a", b"a,b\n1,x\n2,y\n", "", 2),
        ("a.csv.gz", gzip.compress(b"a;b\n1;x\n"), "", 1),
    ],
    ids=[
        "GZIP",
        "GZIP without extension",
        "two members",
        "no GZIP in spite of its name",
        "ZIP",
        "no Snappy in spite of its name",
        "CSV",
        "CSV without extension",
        "compressed CSV",
    ],
)
def test_what_can_be_read_is_no_problem(name: str, body: bytes, encoding: str, rows: int) -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put(f"shop/{name}", body, encoding)

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert (catalog.problems, catalog.table("shop").rows) == ((), rows)


@pytest.mark.parametrize(
    ("name", "body", "encoding", "rows", "reason"),
    [
        ("a.json", b"", "", 0, "empty"),
        ("a.json", b" \n\n", "", 0, "empty: white space only"),
        ("a.json", b"[]", "", 0, "empty: no rows"),
        ("a.json", ROW + b'{"a"', "", 1, "truncated: the beginning of a row follows 1 whole ones"),
        ("a.json", b"{\x00", "", 0, "truncated: the beginning of a row follows 0 whole ones"),
        ("a.gz", interrupted_gzip(ROW * 3 + b"{", ROW), "", 3, "truncated: the GZIP data ends early"),
        ("a.gz", gzip.compress(ROW)[:12], "", 0, "truncated: the GZIP data ends early"),
        (
            "a.zip",
            zipped(ROW)[:-30],
            "",
            0,
            "damaged: the ZIP archive cannot be read (File is not a zip file)",
        ),
        ("a.snappy", b"\x82SNAPPY\x00\x00\x00", "", 0, "compressed with Snappy, which cannot be read here"),
        (
            "a",
            b"\x00\x00\x01",
            "hadoop-snappy",
            0,
            "compressed with Hadoop-Snappy, which cannot be read here",
        ),
        ("a.hsnappy", b"\x00\x00\x01", "", 0, "compressed with Snappy, which cannot be read here"),
        ("a.zst", b"\x28\xb5\x2f\xfd\x00", "", 0, "compressed with Zstandard, which cannot be read here"),
        ("a.orc", b"ORC\x00", "", 0, "ORC, which DuckDB cannot read"),
        ("a.parquet", b"PAR1\x00", "", 0, "truncated: the Parquet footer is missing"),
        ("a.parquet", b"PAR1\x00\xff\x00\x00\x00PAR1", "", 0, "damaged: the Parquet footer cannot be read"),
        ("a.png", b"\x89PNG", "", 0, "PNG, which is no table"),
        ("a.csv", b"a,b\n\xff\xfe\x00,2\n", "", 0, "neither JSON, CSV nor Parquet"),
        ("a.txt", b"Some text.\n", "", 0, "neither JSON, CSV nor Parquet"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_of_it_is_read(
    name: str, body: bytes, encoding: str, rows: int, reason: str
) -> None:
    # GIVEN two good objects beside it
    s3 = FakeS3()
    for key in ("shop/good", "shop/well"):
        s3.put(key, ROW)
    s3.put(f"shop/{name}", body, encoding)

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert pair(catalog.problems[0]) == (f"shop/{name}", reason)
    assert catalog.table("shop").rows == 2 + rows


def test_an_object_of_another_format_is_not_in_the_table(parquet: bytes) -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/a", ROW)
    s3.put("shop/b", ROW)
    s3.put("shop/c", b"a,b\n1,x\n")
    s3.put("shop/d", parquet)

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert [pair(problem) for problem in catalog.problems] == [
        ("shop/c", "csv, in a table of json"),
        ("shop/d", "parquet, in a table of json"),
    ]
    assert catalog.table("shop").object_count == 2


def test_of_a_large_damaged_object_the_rows_are_read() -> None:
    # GIVEN it is larger than what is read whole
    s3 = FakeS3()
    s3.put("shop/a", ROW * 5000 + b'{"a"')

    # WHEN
    catalog = crawler(s3, whole_bytes=1000).crawl()

    # THEN
    assert [problem.reason for problem in catalog.problems] == [
        "truncated: the beginning of a row follows 5000 whole ones"
    ]
    assert catalog.table("shop").rows == 5000
