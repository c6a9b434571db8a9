"""Date patterns of prefixes, as Java's formatter reads them.

https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from emulator.firehose.timestamp_pattern import TimestampPatternError, compile_pattern

MOMENT = datetime(2026, 7, 4, 15, 6, 9, 123456, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy/MM/dd/HH", "2026/07/04/15"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-07-04T15:06:09.123"),
        ("yyyy'-'MM'-'dd", "2026-07-04"),
        ("'year='yyyy", "year=2026"),
        ("h 'o''clock' a", "3 o'clock PM"),
        ("''", "'"),
        ("yy y u uuuu", "26 2026 2026 2026"),
        ("M MM MMM MMMM MMMMM", "7 07 Jul July J"),
        ("L LL LLL LLLL", "7 07 Jul July"),
        ("d dd", "4 04"),
        ("D DDD", "185 185"),
        ("Q QQ QQQ QQQQ", "3 03 Q3 3rd quarter"),
        ("E EEE EEEE EEEEE", "Sat Sat Saturday S"),
        ("e ee eee c ccc", "7 07 Sat 7 Sat"),
        ("H HH k kk K KK h hh", "15 15 15 15 3 03 3 03"),
        ("m mm s ss", "6 06 9 09"),
        ("S SS SSSSSSSSS n", "1 12 123456000 123456000"),
        ("A N", "54369123 54369123456000"),
        ("G GGGG", "AD Anno Domini"),
        ("X XX XXX x xxx Z ZZZZ ZZZZZ O OOOO", "Z Z Z +00 +00:00 +0000 GMT Z GMT GMT"),
        ("YYYY-'W'ww W", "2026-W27 1"),
        ("yyyy[-MM]", "2026-07"),
    ],
)
def test_pattern_is_formatted_as_java_does(pattern: str, text: str) -> None:
    assert compile_pattern(pattern)(MOMENT) == text


@pytest.mark.parametrize(
    ("zone", "pattern", "text"),
    [
        ("Asia/Kolkata", "X XX XXX x Z ZZZZ O", "+0530 +0530 +05:30 +0530 +0530 GMT+05:30 GMT+5:30"),
        ("America/New_York", "X XXX O OOOO", "-04 -04:00 GMT-4 GMT-04:00"),
    ],
)
def test_offsets_are_those_of_the_zone(zone: str, pattern: str, text: str) -> None:
    assert compile_pattern(pattern)(MOMENT.astimezone(ZoneInfo(zone))) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [("2025-12-27", "2025 52"), ("2025-12-28", "2026 1"), ("2026-01-01", "2026 1"), ("2026-01-04", "2026 2")],
)
def test_weeks_begin_on_sunday_and_the_first_one_holds_new_year(day: str, text: str) -> None:
    assert compile_pattern("YYYY w")(datetime.fromisoformat(day).replace(tzinfo=UTC)) == text


@pytest.mark.parametrize("letter", list("CIJPRTUVbfijloprt") + list("BFgvz"))
def test_letters_that_are_no_conversion_are_refused(letter: str) -> None:
    with pytest.raises(TimestampPatternError):
        compile_pattern(letter)


@pytest.mark.parametrize("pattern", ["HHH", "MMMMMM", "'open", "a#b", "{yyyy"])
def test_malformed_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(TimestampPatternError):
        compile_pattern(pattern)
