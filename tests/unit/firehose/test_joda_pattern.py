"""Time formats of the Hive JSON SerDe.

https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

from datetime import UTC, datetime

import pytest

from emulator.firehose.conversion.joda_pattern import JodaPatternError, compile_joda


def nanoseconds(text: str) -> int:
    """Return a time in ISO 8601 as nanoseconds since the epoch."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 10**6) * 1000


@pytest.mark.parametrize(
    ("pattern", "text", "moment"),
    [
        ("yyyy-MM-dd HH:mm:ss", "2026-07-04 15:06:09", "2026-07-04T15:06:09"),
        ("yyyy-MM-dd HH:mm:ss", "2026-7-4 5:6:9", "2026-07-04T05:06:09"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2026-07-04T15:06:09.123Z", "2026-07-04T15:06:09.123"),
        ("yyyy-MM-dd'T'HH:mm:ssZ", "2026-07-04T15:06:09+0200", "2026-07-04T13:06:09"),
        ("yyyy-MM-dd'T'HH:mm:ssZZ", "2026-07-04T15:06:09-02:30", "2026-07-04T17:36:09"),
        ("yyyy-MM-dd'T'HH:mm:ssZZ", "2026-07-04T15:06:09Z", "2026-07-04T15:06:09"),
        ("yyyy-MM-dd HH:mm ZZZ", "2026-07-04 15:06 Europe/Berlin", "2026-07-04T13:06:00"),
        ("dd/MMM/yyyy:HH:mm:ss Z", "04/Jul/2026:15:06:09 +0000", "2026-07-04T15:06:09"),
        ("EEE, d MMMM yyyy", "Sat, 4 July 2026", "2026-07-04T00:00:00"),
        ("MM/dd/yy hh:mm a", "07/04/26 03:06 PM", "2026-07-04T15:06:00"),
        ("MM/dd/yy hh:mm a", "07/04/99 12:06 am", "1999-07-04T00:06:00"),
        ("yyyyMMddHHmmss", "20260704150609", "2026-07-04T15:06:09"),
        ("yyyy-D", "2026-185", "2026-07-04T00:00:00"),
        ("yyyy-MM-dd kk:mm", "2026-07-04 24:00", "2026-07-04T00:00:00"),
        ("yyyy-MM-dd K:mm a", "2026-07-04 0:30 PM", "2026-07-04T12:30:00"),
        ("HH:mm", "15:06", "1970-01-01T15:06:00"),
        ("MM-dd", "07-04", "2000-07-04T00:00:00"),
        ("h 'o''clock' a", "3 o'clock PM", "1970-01-01T15:00:00"),
    ],
)
def test_text_is_read_by_the_pattern(pattern: str, text: str, moment: str) -> None:
    assert compile_joda(pattern)(text) == nanoseconds(moment)


def test_fraction_may_have_nine_digits() -> None:
    assert compile_joda("yyyy.SSSSSSSSS")("1970.123456789") == 123_456_789


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd", "2026-02-30"),
        ("yyyy-MM-dd", "2026-07-04T00:00"),
        ("yyyy-D", "2026-366"),
        ("HH:mm", "24:00"),
        ("hh:mm a", "13:00 PM"),
        ("yyyy ZZZ", "2026 Nowhere/There"),
        ("yyyy", "x"),
    ],
)
def test_text_that_does_not_follow_the_pattern_is_no_time(pattern: str, text: str) -> None:
    assert compile_joda(pattern)(text) is None


@pytest.mark.parametrize("pattern", ["'open", "yyyy z", "G yyyy", "CC", "xxxx-ww-e", "yyyy yyyy", "q"])
def test_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(JodaPatternError):
        compile_joda(pattern)
