"""The notebooks that are served: copies, so that what a person does in them changes nothing that is committed."""

import hashlib
import json
import shutil
from pathlib import Path

# Which content of each notebook was copied, to tell a copy that was worked on from one that was not.
_COPIED = "copied.json"


def served_copies(committed: Path, state: Path) -> Path:
    """Return a folder below `state` with a copy of every notebook.

    A copy that somebody worked on stays as it is; any other one is replaced when the notebook has changed.
    """
    folder = state / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    record = state / _COPIED
    copied: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
    for source in sorted(committed.glob("*.ipynb")):
        copy = folder / source.name
        if not copy.exists() or copied.get(source.name) == _digest(copy):
            shutil.copyfile(source, copy)
            copied[source.name] = _digest(copy)
    record.write_text(json.dumps(copied, indent=2) + "\n")
    return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
