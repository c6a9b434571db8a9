"""What was found in one object."""

from dataclasses import dataclass, field

from .catalog import Format
from .listing import StoredObject
from .schema import Type


@dataclass(frozen=True, slots=True)
class Finding:
    """What a crawl keeps of an object, so that it need not read it again.

    `format` is None where nothing of the object can be read. `rows` is None where a part of it was read only.
    `is_copied` says that a copy on this machine stands for the object: as JSON lines, uncompressed.
    """

    format: Format | None = None
    fields: dict[str, Type] = field(default_factory=dict)
    rows: int | None = None
    problems: tuple[str, ...] = ()
    compression: str = "uncompressed"
    framing: str = "newline_delimited"
    dialect: dict[str, str] = field(default_factory=dict)
    is_copied: bool = False


@dataclass(frozen=True, slots=True)
class Crawled:
    """An object as it was listed, and what was found in it."""

    stored: StoredObject
    finding: Finding
