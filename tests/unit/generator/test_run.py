"""A run: on schedule, each change until it is in the table, and announced only then."""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

import pytest

from generator.backoff import Backoff
from generator.change import Change, ChangeKind, Shares, draw_changes
from generator.errors import RefusedError, UnavailableError
from generator.report import Report
from generator.run import ChangeQueue, Generator
from generator.schedule import Schedule

MakeChange = Callable[..., Change]
MakeGenerator = Callable[..., Generator]

ABSENT = "the table is absent"


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def make_generator(clock: Any, table: Any, lines: list[str]) -> MakeGenerator:
    """Return a function that makes a run of the given changes, one a second unless told otherwise."""

    def make(
        changes: Iterable[Change] | None = None,
        interval_seconds: float = 1,
        group_size: int = 1,
        count: int | None = None,
    ) -> Generator:
        source: Iterator[Change] = iter(changes) if changes is not None else draw_changes(Random(1), Shares())
        return Generator(
            queue=ChangeQueue(source),
            table=table,
            schedule=Schedule(interval_seconds, clock.now()),
            group_size=group_size,
            count=count,
            report=Report(lines.append, line_per_change=True, start=clock.now()),
            backoff=Backoff(Random(1)),
            now=clock.now,
            wait=clock.wait,
        )

    return make


def unavailable(*, may_be_written: bool = False) -> UnavailableError:
    return UnavailableError(ABSENT, may_be_written=may_be_written)


def test_changes_are_written_on_schedule_until_there_are_enough(
    make_generator: MakeGenerator, make_change: MakeChange, table: Any
) -> None:
    # GIVEN writes that take 0.3 s each
    table.seconds_per_write = 0.3
    generator = make_generator([make_change(str(number)) for number in range(1, 10)], count=4)

    # WHEN the run is over
    generator.run()

    # THEN four were written, one a second, however long each took
    assert table.writes == [["1"], ["2"], ["3"], ["4"]]
    assert table.times == pytest.approx([0.3, 1.3, 2.3, 3.3])


def test_run_ends_while_it_waits_for_the_next_change(
    make_generator: MakeGenerator, clock: Any, table: Any
) -> None:
    # GIVEN a stop asked for between the third and the fourth change
    clock.stop_at = 2.5

    # WHEN it runs, THEN it wrote three and ends at once
    make_generator().run()
    assert (len(table.writes), clock.now()) == (3, 2.5)


def test_change_that_fails_is_tried_until_it_is_written_and_announced_only_then(
    make_generator: MakeGenerator, make_change: MakeChange, clock: Any, table: Any, lines: list[str]
) -> None:
    # GIVEN a table that is absent for five tries
    table.failures = [unavailable() for _ in range(5)]
    generator = make_generator([make_change("1"), make_change("2")], count=2)

    # WHEN the run is over
    generator.run()

    # THEN nothing was dropped, the outage is said once, and its end before what was written then
    assert table.writes == [["1"], ["2"]]
    assert lines[0] == f"OrderTable cannot be written now, trying again until it can ({ABSENT})"
    assert lines[1] == f"OrderTable can be written again after {table.times[0]:.1f} s"
    assert lines[2:] == ["Ordered 1: text 1", "Ordered 2: text 2"]
    assert clock.waits[1:6] == sorted(clock.waits[1:6])


def test_every_outage_is_said(
    make_generator: MakeGenerator, make_change: MakeChange, table: Any, lines: list[str]
) -> None:
    # GIVEN a table that is absent before the first and before the second change
    generator = make_generator([make_change("1"), make_change("2")], count=2)
    write = table.write
    failures = iter([True, False, True, False])

    def write_every_other_time(changes: list[Change]) -> list[Change]:
        if next(failures):
            raise unavailable()
        left: list[Change] = write(changes)
        return left

    table.write = write_every_other_time

    # WHEN the run is over, THEN both outages have a beginning and an end
    generator.run()
    assert [line.partition(" a")[0] for line in lines] == [
        "OrderTable cannot be written now, trying",
        "OrderTable can be written",
        "Ordered 1: text 1",
        "OrderTable cannot be written now, trying",
        "OrderTable can be written",
        "Ordered 2: text 2",
    ]


def test_run_ends_while_it_waits_to_try_again(
    make_generator: MakeGenerator, make_change: MakeChange, clock: Any, table: Any, lines: list[str]
) -> None:
    # GIVEN a table that never comes, and a stop asked for after 10 s
    table.failures = [unavailable() for _ in range(1_000)]
    clock.stop_at = 10
    generator = make_generator([make_change("1")])

    # WHEN it runs
    generator.run()

    # THEN it ends at once, without having announced the change
    assert clock.now() == 10
    assert table.writes == []
    assert [line for line in lines if "Ordered" in line] == []
    assert generator.unconfirmed == 0


def test_write_without_an_answer_is_unconfirmed_when_the_run_ends(
    make_generator: MakeGenerator, make_change: MakeChange, clock: Any, table: Any
) -> None:
    # GIVEN a write that timed out, and a stop asked for before the next try
    table.failures = [unavailable(may_be_written=True)]
    clock.stop_at = 0.01
    generator = make_generator([make_change("1")])

    # WHEN it runs, THEN it is known that the change may be in the table
    generator.run()
    assert generator.unconfirmed == 1


def test_refusal_ends_the_run(make_generator: MakeGenerator, make_change: MakeChange, table: Any) -> None:
    # GIVEN a table that refuses for good
    table.failures = [RefusedError("never")]

    # WHEN it runs, THEN the refusal is passed on
    with pytest.raises(RefusedError, match="never"):
        make_generator([make_change("1")]).run()


def test_unprocessed_items_are_written_again_before_anything_else(
    make_generator: MakeGenerator, make_change: MakeChange, table: Any, lines: list[str]
) -> None:
    # GIVEN batches of four, of which the table leaves two and then one
    table.unprocessed = [2, 1]
    generator = make_generator(
        [make_change(str(number)) for number in range(1, 9)], interval_seconds=0.001, group_size=4, count=8
    )

    # WHEN the run is over
    generator.run()

    # THEN the order is kept and every change is announced once, after its own write
    assert table.writes == [["1", "2"], ["3"], ["4"], ["5", "6", "7", "8"]]
    assert lines == [f"Ordered {number}: text {number}" for number in range(1, 9)]


def test_table_that_processes_nothing_is_an_outage(
    make_generator: MakeGenerator, make_change: MakeChange, table: Any, lines: list[str]
) -> None:
    # GIVEN a table that leaves a whole batch
    table.unprocessed = [2]
    generator = make_generator([make_change("1"), make_change("2")], 0.001, group_size=2, count=2)

    # WHEN the run is over, THEN it was said
    generator.run()
    assert lines[0] == (
        "OrderTable cannot be written now, trying again until it can (it processes none of a batch's items)"
    )
    assert lines[2:] == ["Ordered 1: text 1", "Ordered 2: text 2"]


def test_batch_never_has_an_id_twice(
    make_generator: MakeGenerator, make_change: MakeChange, table: Any
) -> None:
    # GIVEN an order that is updated and cancelled soon after
    changes = [
        make_change("1"),
        make_change("2"),
        make_change("1", ChangeKind.UPDATE),
        make_change("3"),
        make_change("1", ChangeKind.CANCELLATION),
        make_change("4"),
    ]
    generator = make_generator(changes, interval_seconds=0.001, group_size=25, count=6)

    # WHEN they are written in batches
    generator.run()

    # THEN each change of the order is in a batch of its own, in order
    assert table.writes == [["1", "2"], ["1", "3"], ["1", "4"]]


def test_count_is_not_exceeded_by_a_batch(make_generator: MakeGenerator, table: Any) -> None:
    # GIVEN batches of 25 and a count that is no multiple of it
    generator = make_generator(interval_seconds=0.001, group_size=25, count=60)

    # WHEN the run is over, THEN the last batch is smaller
    generator.run()
    assert sum(len(batch) for batch in table.writes) == 60
