"""A shard's log keeps order, positions, retention and its byte cap."""

import tracemalloc

import pytest

from emulator.record_log import RecordLog

DAY = 86_400.0
MEBIBYTE = 1024 * 1024


def make_log(*records: str, maximum_bytes: int = MEBIBYTE) -> RecordLog[str]:
    """Return a log with one record appended at each of the seconds 0, 1, 2, …, of 10 bytes each."""
    log: RecordLog[str] = RecordLog(retention_seconds=DAY, maximum_bytes=maximum_bytes)
    for second, record in enumerate(records):
        log.append(record, 10, float(second))
    return log


def kept_bytes(record: str) -> int:
    """Return the memory that a log keeps for a record."""
    return make_log(record).kept_bytes


def test_positions_count_from_one() -> None:
    log: RecordLog[str] = RecordLog(retention_seconds=DAY, maximum_bytes=MEBIBYTE)

    assert [log.append(record, 1, 0.0) for record in "abc"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("after", "limit", "expected"),
    [
        (0, 10, (["a", "b", "c"], 3)),
        (0, 2, (["a", "b"], 2)),
        (2, 10, (["c"], 3)),
        (3, 10, ([], 3)),
        (7, 10, ([], 7)),
    ],
)
def test_read_goes_on_after_a_position(after: int, limit: int, expected: tuple[list[str], int]) -> None:
    assert make_log("a", "b", "c").read(after, limit, MEBIBYTE) == expected


def test_read_stops_before_the_byte_limit_but_returns_one_record_at_least() -> None:
    log = make_log("a", "b", "c")

    assert log.read(0, 10, 25) == (["a", "b"], 2)
    assert log.read(0, 10, 5) == (["a"], 1)


def test_records_older_than_the_retention_are_trimmed_and_keep_their_positions() -> None:
    # GIVEN records of the seconds 0, 1 and 2
    log = make_log("a", "b", "c")

    # WHEN the retention has passed for the first two
    log.trim(DAY + 1.5)

    # THEN the third keeps its position, and reading from the start begins there
    assert (log.first_position, log.last_position, log.kept_bytes) == (3, 3, kept_bytes("c"))
    assert log.read(0, 10, MEBIBYTE) == (["c"], 3)


def test_an_empty_log_after_trimming_goes_on_counting() -> None:
    log = make_log("a", "b")

    log.trim(3 * DAY)

    assert (log.first_position, log.read(0, 10, MEBIBYTE)) == (3, ([], 2))
    assert log.append("c", 10, 3 * DAY) == 3


def test_the_byte_cap_trims_the_oldest_and_counts_them() -> None:
    log = make_log("a", "b", "c", "d", maximum_bytes=3 * kept_bytes("a") - 1)

    assert (log.read(0, 10, MEBIBYTE), log.trimmed_by_size) == ((["c", "d"], 4), 2)


def test_one_record_above_the_byte_cap_is_kept() -> None:
    assert make_log("a", maximum_bytes=5).read(0, 1, MEBIBYTE) == (["a"], 1)


@pytest.mark.parametrize(
    ("moment", "expected"), [(-1.0, 0), (0.0, 0), (0.5, 1), (1.0, 1), (2.0, 2), (9.0, 3)]
)
def test_reading_from_a_moment_starts_at_the_first_record_of_it(moment: float, expected: int) -> None:
    assert make_log("a", "b", "c").last_position_before(moment) == expected


def test_a_long_log_stays_readable_while_its_start_is_cut_off() -> None:
    # GIVEN ten thousand records, of which the retention leaves the last hundred
    log: RecordLog[int] = RecordLog(retention_seconds=100.0, maximum_bytes=MEBIBYTE)
    for second in range(1, 10_001):
        log.append(second, 1, float(second))

    # THEN positions still name the same records
    assert log.first_position == 9_900
    assert log.read(9_997, 10, MEBIBYTE) == ([9_998, 9_999, 10_000], 10_000)
    assert log.appended_at(9_950) == 9_950.0
    assert log.appended_at(9_899) is None


def test_the_log_tells_once_a_minute_what_the_byte_cap_cost(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN a log with room for two records
    maximum_bytes = 2 * kept_bytes("kept")
    log: RecordLog[str] = RecordLog(
        DAY, maximum_bytes, name="table/Orders/stream/1", limited="a stream", remedy="read faster"
    )
    for second in range(2):
        log.append("kept", 10, float(second))
    assert caplog.messages == []

    # WHEN more are appended within a minute, and it is read after that
    for second in range(2, 12):
        log.append("more", 10, float(second))
    log.trim(70.0)
    log.trim(140.0)

    # THEN the first line comes at once, the second tells the rest, and no third one comes
    assert caplog.messages == [
        f"table/Orders/stream/1: the emulator keeps at most {maximum_bytes} bytes of a stream; "
        "1 records left before their retention ended, 1 in all; read faster",
        f"table/Orders/stream/1: the emulator keeps at most {maximum_bytes} bytes of a stream; "
        "9 records left before their retention ended, 10 in all; read faster",
    ]


def test_retention_costs_no_line(caplog: pytest.LogCaptureFixture) -> None:
    log = make_log("a", "b")

    log.trim(DAY + 10)

    assert (log.first_position, caplog.messages) == (3, [])


def test_what_was_forgotten_is_gone_and_positions_go_on() -> None:
    # GIVEN a log of which everything up to position 2 has been sent
    log = make_log("a", "b", "c")
    log.forget(2)

    # THEN the rest is there, at its positions, and nothing counts as lost
    assert (log.first_position, log.kept_bytes, log.trimmed_by_size) == (3, kept_bytes("c"), 0)
    assert log.read(0, 10, MEBIBYTE) == (["c"], 3)
    assert log.append("d", 10, 3.0) == 4


def test_the_memory_of_a_log_is_what_its_byte_cap_says() -> None:
    # GIVEN a log with a cap of 200 KiB
    log: RecordLog[dict[str, object]] = RecordLog(DAY, maximum_bytes=200 * 1024)
    tracemalloc.start()

    # WHEN ten times as much is appended, in records such as a small change
    try:
        for number in range(10_000):
            log.append(
                {"Keys": {"id": {"S": f"{number:036d}"}}, "NewImage": {"price": {"N": "1.5"}}}, 10, 0.0
            )
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # THEN the interpreter holds about the cap, and the newest records are there
    assert held_bytes < 1.5 * log.maximum_bytes
    assert len(log.read(0, 10_000, MEBIBYTE)[0]) > 1_000


def test_every_reader_has_a_record_of_its_own() -> None:
    log: RecordLog[dict[str, list[int]]] = RecordLog(DAY, MEBIBYTE)
    written = {"numbers": [1]}
    log.append(written, 10, 0.0)
    written["numbers"].append(2)

    log.read(0, 1, MEBIBYTE)[0][0]["numbers"].append(3)

    assert log.read(0, 1, MEBIBYTE)[0] == [{"numbers": [1]}]
