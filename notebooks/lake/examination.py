"""Finds out what is in one object."""

from typing import TYPE_CHECKING

import duckdb
from botocore.exceptions import ClientError

from .body import (
    READABLE_COMPRESSIONS,
    WHOLE_BYTES,
    Body,
    UnreadableBodyError,
    read_body,
)
from .columnar import parquet_finding
from .copies import Copies
from .csv_text import csv_finding, is_csv
from .finding import Finding
from .json_text import Rows, all_rows, sample_rows
from .listing import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Binary formats by their first bytes.
_OTHER_FORMATS = {b"Obj\x01": "Avro", b"\x89PNG": "PNG", b"%PDF": "PDF", b"SEQ": "a Hadoop sequence file"}
# How S3 answers for an object that is not the one that was listed.
_CHANGED = ("NoSuchKey", "404", "PreconditionFailed", "412", "InvalidRange", "416")
# Compressed text that is so many times larger is sampled, as large objects are.
_COMPRESSION_RATIO = 4


class Examiner:
    """Reads objects of one bucket, several threads at a time, and leaves copies of the small ones."""

    def __init__(
        self, client: "S3Client", bucket_name: str, copies: Copies, whole_bytes: int = WHOLE_BYTES
    ) -> None:
        self._client = client
        self._bucket_name = bucket_name
        self._copies = copies
        self._whole_bytes = whole_bytes
        # For reading Parquet's footers and CSV's dialects off local files.
        self._duckdb = duckdb.connect()

    def examine(self, stored: StoredObject) -> Finding | None:
        """Return what is in an object; None if it vanished or changed since it was listed."""
        if stored.size_bytes == 0:
            return Finding(problems=("empty",))
        try:
            return self._finding(stored, self._read(stored, self._whole_bytes))
        except UnreadableBodyError as error:
            return Finding(problems=(str(error),))
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            return None if code in _CHANGED else Finding(problems=(f"cannot be read: {code}",))

    def _read(self, stored: StoredObject, whole_bytes: int) -> Body:
        return read_body(self._client, self._bucket_name, stored, whole_bytes)

    def _finding(self, stored: StoredObject, body: Body) -> Finding:
        if body.head.startswith(b"PAR1"):
            with self._duckdb.cursor() as connection:
                return parquet_finding(connection, self._copies, stored, body)
        if body.head.startswith(b"ORC"):
            return Finding("orc", problems=("ORC, which DuckDB cannot read",))
        for magic, name in _OTHER_FORMATS.items():
            if body.head.startswith(magic):
                return Finding(problems=(f"{name}, which is no table",))
        text = body.head.decode("utf-8-sig", errors="replace")
        if text.lstrip()[:1] in ("{", "["):
            return self._json_finding(stored, body)
        if is_csv(text, stored.key, body.is_whole):
            with self._duckdb.cursor() as connection:
                return csv_finding(connection, self._copies, stored, body)
        if not text.strip():
            return Finding(problems=("empty: white space only",))
        return Finding(problems=("neither JSON, CSV nor Parquet",))

    def _json_finding(self, stored: StoredObject, body: Body) -> Finding:
        is_readable = body.compression in READABLE_COMPRESSIONS
        if is_readable and not (body.is_whole and len(body.head) <= _COMPRESSION_RATIO * self._whole_bytes):
            rows = sample_rows(body.head, body.tail)
            if not rows.problems:
                return _as_it_lies(body, rows, None)
            # DuckDB would stumble over what is wrong: a copy of the rows is read in its place.
            body = self._read(stored, stored.size_bytes)
        rows = all_rows(body.head)
        # That the last row is cut off goes without saying where the compressed data is.
        problems = (body.problem,) if body.problem else tuple(rows.problems)
        if not rows.lines:
            return Finding(problems=problems or ("empty: no rows",))
        if self._copies.write(stored.key, "".join(f"{line}\n" for line in rows.lines).encode()):
            return Finding("json", rows.fields, len(rows.lines), problems, is_copied=True)
        if is_readable and not problems:
            return _as_it_lies(body, rows, len(rows.lines))
        return Finding(problems=(*problems, "not read, because it cannot be copied to this machine"))


def _as_it_lies(body: Body, rows: Rows, count: int | None) -> Finding:
    framing = "newline_delimited" if rows.is_newline_delimited else "unstructured"
    return Finding("json", rows.fields, count, compression=body.compression, framing=framing)
