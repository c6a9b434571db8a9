"""Date patterns of prefixes, as Java's formatter reads them.

https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from emulator.firehose.timestamp_pattern import (
    TimestampPatternError,
    UnsupportedTimestampPatternError,
    compile_pattern,
)

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
        ("g gggggggg", "61225 00061225"),
        ("F", "4"),
        ("B BBBB BBBBB", "in the afternoon in the afternoon in the afternoon"),
        ("z zz zzz", "UTC UTC UTC"),
        ("VV", "UTC"),
        ("ppd/ppM/pppyy", " 4/ 7/ 26"),
        ("pppph a", "   3 PM"),
        ("pH", "15"),
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


@pytest.mark.parametrize(("day", "text"), [(1, "1"), (7, "7"), (8, "1"), (31, "3")])
def test_day_of_week_in_month_counts_from_the_first(day: int, text: str) -> None:
    assert compile_pattern("F")(datetime(2026, 7, day, tzinfo=UTC)) == text


# https://unicode-org.github.io/cldr-staging/charts/latest/supplemental/day_periods.html (English)
@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("00:00", "midnight midnight mi"),
        ("00:01", "at night at night at night"),
        ("05:59", "at night at night at night"),
        ("06:00", "in the morning in the morning in the morning"),
        ("11:59", "in the morning in the morning in the morning"),
        ("12:00", "noon noon n"),
        ("12:01", "in the afternoon in the afternoon in the afternoon"),
        ("18:00", "in the evening in the evening in the evening"),
        ("21:00", "at night at night at night"),
        ("23:59", "at night at night at night"),
    ],
)
def test_day_periods_are_those_of_english(time: str, text: str) -> None:
    moment = datetime.fromisoformat(f"2026-07-04T{time}:00+00:00")
    assert compile_pattern("B BBBB BBBBB")(moment) == text


# https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/temporal/JulianFields.html
@pytest.mark.parametrize(("day", "text"), [("1858-11-17", "0"), ("1970-01-01", "40587")])
def test_modified_julian_day_counts_from_november_1858(day: str, text: str) -> None:
    assert compile_pattern("g")(datetime.fromisoformat(day).replace(tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("day", "zone", "text"),
    [
        ("2026-07-04", "Europe/Berlin", "CEST"),
        ("2026-01-04", "Europe/Berlin", "CET"),
        ("2026-07-04", "America/New_York", "EDT"),
        ("2026-07-04", "Asia/Kolkata", "IST"),
    ],
)
def test_short_zone_name_follows_summer_time(day: str, zone: str, text: str) -> None:
    assert compile_pattern("z")(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))) == text


def test_zone_id_is_the_one_that_was_chosen() -> None:
    assert compile_pattern("VV")(MOMENT.astimezone(ZoneInfo("Asia/Kolkata"))) == "Asia/Kolkata"


@pytest.mark.parametrize("pattern", ["zzzz", "v", "vvvv"])
def test_zone_names_that_need_a_dictionary_are_refused_by_name(pattern: str) -> None:
    with pytest.raises(UnsupportedTimestampPatternError, match=f"'{pattern}' needs full or generic names"):
        compile_pattern(pattern)


@pytest.mark.parametrize("letter", list("CIJPRTUVbfijloprt"))
def test_letters_that_are_no_conversion_are_refused(letter: str) -> None:
    with pytest.raises(TimestampPatternError):
        compile_pattern(letter)


@pytest.mark.parametrize(
    "pattern",
    ["HHH", "MMMMMM", "FF", "BB", "zzzzz", "vv", "VVV", "pp", "pp/H", "pp'a'", "'open", "a#b", "{yyyy"],
)
def test_malformed_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(TimestampPatternError):
        compile_pattern(pattern)
