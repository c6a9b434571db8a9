"""Puts the accounts into words: a table of the hops, what went wrong, and the verdict."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bootstrap import names
from verify.accounts import Accounts, Outcome
from verify.evidence import Change, Evidence

# How many changes of a kind are named one by one.
NAMED = 5
EVENT_NAMES = ("INSERT", "MODIFY", "REMOVE")


@dataclass(frozen=True, slots=True)
class Report:
    """What is printed, as text or as JSON."""

    evidence: Evidence
    accounts: Accounts
    now: datetime

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing: duplicates are legal, since every hop delivers at least once."""
        return not self.accounts.having(Outcome.MISSING)

    def counts(self) -> dict[str, int]:
        """Return the number of changes at each hop and with each outcome."""
        outcomes = Counter(self.accounts.outcomes.values())
        return {
            "written": len(self.evidence.changes),
            "in Kinesis": len(self.accounts.in_kinesis),
            **{str(outcome): outcomes[outcome] for outcome in Outcome},
            "duplicated": len(self.accounts.repeated_in_kinesis | self.accounts.repeated_in_s3),
        }

    def json(self) -> dict[str, Any]:
        """Return the whole report as values that JSON can carry."""
        accounts = self.accounts
        return {
            "complete": self.is_complete,
            "counts": {
                name.replace(" ", "_").replace("-", "_"): count for name, count in self.counts().items()
            },
            "failed_by_error_code": {code: len(ids) for code, ids in accounts.failures_by_code.items()},
            "dead_letters_by_condition": {
                condition: len(ids) for condition, ids in accounts.dead_letters_by_condition.items()
            },
            "missing_event_ids": accounts.having(Outcome.MISSING),
            "duplicated_event_ids": sorted(accounts.repeated_in_kinesis | accounts.repeated_in_s3),
            "not_from_any_change": {
                "kinesis_records": accounts.unmatched_kinesis_records,
                "rows": accounts.unmatched_rows,
                "failures": accounts.unmatched_failures,
            },
            "unrecognised": {
                "rows": accounts.unrecognised_rows,
                "failures": accounts.unrecognised_failures,
                "dead_letters": accounts.unrecognised_dead_letters,
            },
        }

    def text(self) -> str:
        """Return the report for reading: the hops, remarks, and the verdict as the last line."""
        lines = [*self._table(), *self._remarks(), "", self._verdict()]
        return "\n".join(lines)

    def _table(self) -> list[str]:
        places = {
            "written": f"stream of {names.TABLE_NAME}",
            "in Kinesis": names.STREAM_NAME,
            str(Outcome.DELIVERED): f"s3://{names.BUCKET_NAME}/{names.ORDERS_PREFIX}",
            str(Outcome.FAILED): f"s3://{names.BUCKET_NAME}/{names.ERRORS_PREFIX}",
            str(Outcome.DROPPED): f"by {names.FUNCTION_NAME}",
            str(Outcome.DEAD_LETTER): names.DEAD_LETTER_QUEUE_NAME,
        }
        details = self._details()
        optional = {str(Outcome.BEFORE_PIPE), str(Outcome.BEFORE_DELIVERY_STREAM)}
        rows = [
            (name, f"{count:,}", places.get(name, ""), details.get(name, ""))
            for name, count in self.counts().items()
            if count or name not in optional
        ]
        rows.insert(0, ("hop", "changes", "where", ""))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        return [
            f"{name:<{widths[0]}}  {count:>{widths[1]}}  {place:<{widths[2]}}  {detail}".rstrip()
            for name, count, place, detail in rows
        ]

    def _details(self) -> dict[str, str]:
        accounts = self.accounts
        event_names = Counter(change.event_name for change in self.evidence.changes)
        details = {
            "written": _listed({name: event_names[name] for name in EVENT_NAMES if event_names[name]}),
            str(Outcome.FAILED): _listed({code: len(ids) for code, ids in accounts.failures_by_code.items()}),
            str(Outcome.DEAD_LETTER): _listed(
                {condition: len(ids) for condition, ids in accounts.dead_letters_by_condition.items()}
            ),
            str(Outcome.PENDING): self._pending(),
        }
        if accounts.repeated_in_kinesis or accounts.repeated_in_s3:
            details["duplicated"] = _listed(
                {"in Kinesis": len(accounts.repeated_in_kinesis), "in S3": len(accounts.repeated_in_s3)}
            )
        return details

    def _pending(self) -> str:
        pending = set(self.accounts.having(Outcome.PENDING))
        if not pending:
            return ""
        in_kinesis = len(pending & self.accounts.in_kinesis)
        oldest = min(change.created_at for change in self.evidence.changes if change.event_id in pending)
        allowed = self.accounts.overdue.at_pipe + self.accounts.overdue.at_delivery_stream
        detail = _listed({"at the pipe": len(pending) - in_kinesis, "in Firehose": in_kinesis})
        age = f"{detail} (oldest {_seconds(self.now - oldest)} of {_seconds(allowed)})"
        state = self.evidence.chain.pipe_state
        return age if state == "RUNNING" else f"{age}, the pipe is {state}"

    def _remarks(self) -> list[str]:
        accounts = self.accounts
        changes = {change.event_id: change for change in self.evidence.changes}
        lines: list[str] = []
        for code, event_ids in accounts.failures_by_code.items():
            lines += _named(f"failed with {code}", event_ids, changes)
        for condition, event_ids in accounts.dead_letters_by_condition.items():
            lines += _named(f"dead-lettered with {condition}", event_ids, changes)
        missing = accounts.having(Outcome.MISSING)
        for place, event_ids in (
            ("lost before Kinesis", [key for key in missing if key not in accounts.in_kinesis]),
            ("lost after Kinesis", [key for key in missing if key in accounts.in_kinesis]),
        ):
            if event_ids:
                lines += _named(place, event_ids, changes)
        for what, unmatched, unrecognised in (
            ("Kinesis records", accounts.unmatched_kinesis_records, 0),
            ("rows", accounts.unmatched_rows, accounts.unrecognised_rows),
            ("failed records", accounts.unmatched_failures, accounts.unrecognised_failures),
            ("dead letters", 0, accounts.unrecognised_dead_letters),
        ):
            if unmatched:
                lines.append(
                    f"{what} of no change in the stream (trimmed after 24 h, or not the pipe's): {unmatched:,}"
                )
            if unrecognised:
                lines.append(f"unrecognised {what}: {unrecognised:,}")
        return ["", *lines] if lines else []

    def _verdict(self) -> str:
        counts = self.counts()
        if not self.is_complete:
            verdict = (
                f"MISSING: {counts[Outcome.MISSING]:,} of {counts['written']:,} changes are unaccounted for."
            )
            return (
                f"{verdict} Unrecognised rows may be theirs." if self.accounts.unrecognised_rows else verdict
            )
        if not counts["written"]:
            return "Nothing to account for: the stream holds no change yet."
        if counts[Outcome.PENDING]:
            return (
                f"Nothing is missing; {counts[Outcome.PENDING]:,} of {counts['written']:,} changes are still under way "
                "(`--wait SECONDS` lets the buffers drain first)."
            )
        return f"Nothing is missing: all {counts['written']:,} changes are accounted for."


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _named(heading: str, event_ids: Sequence[str], changes: Mapping[str, Change]) -> list[str]:
    """Name the first few changes by event id and order, a line each."""
    lines = [f"{heading}: {len(event_ids):,}"]
    lines += [f"  event {event_id}, order {changes[event_id].order_id}" for event_id in event_ids[:NAMED]]
    if len(event_ids) > NAMED:
        lines.append(f"  and {len(event_ids) - NAMED:,} more")
    return lines


def _seconds(duration: timedelta) -> str:
    return f"{max(0, round(duration.total_seconds())):,} s"
