"""Merges the columns of a table's objects with those that are known."""

from collections.abc import Iterable, Mapping

from .catalog import Column
from .finding import Crawled
from .schema import NULL, TEXT, Type, duckdb_type, is_number, merge, with_wide_integers


def columns_of(
    crawled: Iterable[Crawled], known: Mapping[str, str], partition_names: Iterable[str]
) -> tuple[tuple[Column, ...], list[str]]:
    """Return the known columns, then the others in the order in which they appeared, and what could not be a column.

    Names that differ in their case only are one column, as in Athena and in DuckDB.
    """
    merger = _Merger(known, partition_names)
    seen: set[int] = set()
    for item in crawled:
        # Most objects have the very columns of another one.
        signature = hash(repr(item.finding.fields))
        if signature not in seen:
            seen.add(signature)
            merger.add(item.stored.key, item.finding.fields, is_json=item.finding.format == "json")
    return merger.columns(), merger.reasons


class _Merger:
    def __init__(self, known: Mapping[str, str], partition_names: Iterable[str]) -> None:
        self._known = known
        self._partition_names = {name.lower() for name in partition_names}
        self._spellings = {name.lower(): name for name in known}
        self._types: dict[str, Type] = dict.fromkeys(known, NULL)
        self._first_seen: dict[str, str] = {}
        self.reasons: list[str] = []

    def add(self, key: str, fields: Mapping[str, Type], is_json: bool) -> None:
        for name, type_ in fields.items():
            if self._is_column(name):
                spelling = self._spellings.setdefault(name.lower(), name)
                if spelling != name and is_json:
                    self._tell(f"column {spelling} is also spelled {name}, which is not read")
                    continue
                self._first_seen.setdefault(spelling, key)
                self._types[spelling] = merge(self._types.get(spelling, NULL), type_)

    def _is_column(self, name: str) -> bool:
        if name.lower() in self._partition_names:
            self._tell(f"column {name} is the name of a folder's column, too, which is the one that is read")
            return False
        if not name:
            self._tell("a column without a name is not read")
            return False
        return True

    def columns(self) -> tuple[Column, ...]:
        return tuple(
            Column(name, self._type(name, type_), self._first_seen.get(name))
            for name, type_ in self._types.items()
        )

    def _type(self, name: str, type_: Type) -> str:
        known = self._known.get(name)
        if known is None:
            return duckdb_type(with_wide_integers(type_))
        if known == TEXT or (known == "TIMESTAMP" and type_ == TEXT):
            return known
        merged = merge(known, type_)
        # A number that the known type cannot hold without loss widens it.
        if isinstance(merged, str) and (merged == known or is_number(merged)):
            return merged
        self._tell(
            f"column {name} is {known}, but some objects have another type: NULL where it does not fit"
        )
        return known

    def _tell(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)
