"""Saves what a crawl has found for the next process."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from .finding import Crawled, Finding
from .listing import StoredObject

# What is saved under another number is not read: the bucket is crawled as if for the first time.
VERSION = 1


def save_state(path: Path, bucket_name: str, crawled: Iterable[Crawled]) -> None:
    """Replace the file in one step: a reader finds the old state or the new one."""
    objects = [
        {
            **asdict(item.stored),
            "modified": item.stored.modified.isoformat(),
            "finding": asdict(item.finding),
        }
        for item in crawled
    ]
    temporary = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(json.dumps({"version": VERSION, "bucket_name": bucket_name, "objects": objects}))
    temporary.replace(path)


def load_state(path: Path, bucket_name: str) -> dict[str, Crawled]:
    """Return what was saved for this bucket; nothing where that cannot be read."""
    try:
        saved = json.loads(path.read_text())
        if (saved["version"], saved["bucket_name"]) != (VERSION, bucket_name):
            return {}
        return {item["key"]: _crawled(item) for item in saved["objects"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _crawled(item: dict[str, object]) -> Crawled:
    finding = item.pop("finding")
    if not isinstance(finding, dict):
        raise TypeError("a finding is an object")
    modified = datetime.fromisoformat(str(item.pop("modified")))
    return Crawled(
        StoredObject(**item, modified=modified),  # type: ignore[arg-type]
        Finding(**{**finding, "problems": tuple(finding["problems"])}),
    )
