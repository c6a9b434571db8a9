"""Reads a table's location and partitions off an object's key."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

# What Hive writes for a partition without a value.
HIVE_DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__"

_HIVE = re.compile(r"([^=]+)=(.*)", re.DOTALL)
# Firehose's default: yyyy/MM/dd/HH/. The date alone is a usual prefix, too.
_DATE = (
    re.compile(r"(19|20)\d\d", re.ASCII),
    re.compile(r"0[1-9]|1[0-2]", re.ASCII),
    re.compile(r"0[1-9]|[12]\d|3[01]", re.ASCII),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands: below a table's folders, in its partitions' folders.

    A folder that names its column (`year=2026`) is Hive's; another gets the name that AWS Glue gives it,
    `partition_0` and so on.

    https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
    """

    table_folders: tuple[str, ...]
    partition_names: tuple[str, ...] = ()
    partition_values: tuple[str | None, ...] = ()
    is_hive: tuple[bool, ...] = ()

    @property
    def prefix(self) -> str:
        """The beginning of the keys of the table's objects."""
        return "".join(f"{folder}/" for folder in self.table_folders)


def place(key: str, error_prefix: str) -> Place:
    """Return the place of an object; below the error prefix, every folder is a partition."""
    folders = tuple(key.split("/")[:-1])
    first = _first_partition(folders)
    if error_prefix and key.startswith(error_prefix):
        first = min(first, error_prefix.count("/"))
    parts = [_partition(folder, number) for number, folder in enumerate(folders[first:])]
    return Place(
        table_folders=folders[:first],
        partition_names=tuple(name for name, _, _ in parts),
        partition_values=tuple(value for _, value, _ in parts),
        is_hive=tuple(is_hive for _, _, is_hive in parts),
    )


def _first_partition(folders: tuple[str, ...]) -> int:
    for number, folder in enumerate(folders):
        if _HIVE.fullmatch(folder) or _is_date(folders[number : number + len(_DATE)]):
            return number
    return len(folders)


def _is_date(folders: tuple[str, ...]) -> bool:
    return len(folders) == len(_DATE) and all(
        pattern.fullmatch(folder) for pattern, folder in zip(_DATE, folders, strict=True)
    )


def _partition(folder: str, number: int) -> tuple[str, str | None, bool]:
    hive = _HIVE.fullmatch(folder)
    if hive is None:
        return f"partition_{number}", folder, False
    value = unquote(hive.group(2))
    # Athena's column names have no capitals.
    return hive.group(1).lower(), None if value == HIVE_DEFAULT_PARTITION else value, True
