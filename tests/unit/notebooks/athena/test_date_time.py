"""Dates and times: the examples of https://trino.io/docs/current/functions/datetime.html, and of its tables."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.unit.notebooks.athena.conftest import Run

CASES = [
    # Operators
    ("date '2012-08-08' + interval '2' day", date(2012, 8, 10)),
    ("date '2012-08-08' - interval '2' day", date(2012, 8, 6)),
    ("time '01:00' + interval '3' hour", time(4)),
    ("timestamp '2012-08-08 01:00' + interval '29' hour", datetime(2012, 8, 9, 6)),
    ("timestamp '2012-10-31 01:00' + interval '1' month", datetime(2012, 11, 30, 1)),
    ("timestamp '2012-10-31 01:00' - interval '1' month", datetime(2012, 9, 30, 1)),
    ("interval '2' day + interval '3' hour", timedelta(days=2, hours=3)),
    ("timestamp '2012-08-08 01:00' + interval '1 02:03:04' day to second", datetime(2012, 8, 9, 3, 3, 4)),
    ("timestamp '2012-08-08 01:00' + interval '1-2' year to month", datetime(2013, 10, 8, 1)),
    ("timestamp '2020-03-02 00:00' - timestamp '2020-03-01 01:00'", timedelta(hours=23)),
    ("date '2020-03-02' - date '2020-03-01'", timedelta(days=1)),
    # Time zones
    ("timestamp '2012-10-31 01:00 UTC'", datetime(2012, 10, 31, 1)),
    ("timestamp '2012-10-31 01:00 UTC' AT TIME ZONE 'America/Los_Angeles'", datetime(2012, 10, 30, 18)),
    ("timestamp '2012-10-31 01:00:00.5 +01:00'", datetime(2012, 10, 31, 0, 0, 0, 500000)),
    ("timestamp '2012-10-31 Europe/Stockholm'", datetime(2012, 10, 30, 23)),
    # The session's zone is Athena's, UTC: a time without zone is one in UTC.
    ("timestamp '2012-10-31 01:00' AT TIME ZONE 'America/Los_Angeles'", datetime(2012, 10, 30, 18)),
    ("at_timezone(timestamp '2012-10-31 01:00', 'America/Los_Angeles')", datetime(2012, 10, 30, 18)),
    ("with_timezone(timestamp '2022-11-01 09:08:07.321', 'America/Los_Angeles')",
     datetime(2022, 11, 1, 16, 8, 7, 321000)),
    ("current_timezone()", "UTC"),
    # Conversion
    ("date(timestamp '2022-10-20 05:10:00')", date(2022, 10, 20)),
    ("last_day_of_month(date '2024-02-03')", date(2024, 2, 29)),
    ("from_iso8601_timestamp('2020-05-11')", datetime(2020, 5, 11)),
    ("from_iso8601_timestamp('2020-05-11T11:15:05')", datetime(2020, 5, 11, 11, 15, 5)),
    ("from_iso8601_timestamp('2020-05-11T11:15:05Z')", datetime(2020, 5, 11, 11, 15, 5)),
    ("from_iso8601_timestamp('2020-05-11T11:15:05.055+01:00')", datetime(2020, 5, 11, 10, 15, 5, 55000)),
    ("from_iso8601_date('2020-05-11')", date(2020, 5, 11)),
    ("from_unixtime(86400.5)", datetime(1970, 1, 2, 0, 0, 0, 500000)),
    ("from_unixtime(0, 'Asia/Tokyo')", datetime(1970, 1, 1, 9)),
    ("to_unixtime(timestamp '1970-01-02 00:00:00.5')", 86400.5),
    ("to_iso8601(date '2020-05-11')", "2020-05-11"),
    ("to_iso8601(timestamp '2020-05-11 11:15:05.055')", "2020-05-11T11:15:05.055"),
    ("to_iso8601(timestamp '2020-05-11 11:15:05 UTC')", "2020-05-11T11:15:05.000Z"),
    ("to_milliseconds(interval '1' day)", 86_400_000),
    ("cast(timestamp '2020-05-11 11:15:05' AS varchar)", "2020-05-11 11:15:05.000"),
    ("cast(from_unixtime(0) AS varchar)", "1970-01-01 00:00:00.000 UTC"),
    # Truncation
    *(
        (f"date_trunc('{unit}', timestamp '2001-08-22 03:04:05.321')", expected)
        for unit, expected in (
            ("millisecond", datetime(2001, 8, 22, 3, 4, 5, 321000)),
            ("second", datetime(2001, 8, 22, 3, 4, 5)),
            ("minute", datetime(2001, 8, 22, 3, 4)),
            ("hour", datetime(2001, 8, 22, 3)),
            ("day", datetime(2001, 8, 22)),
            ("week", datetime(2001, 8, 20)),
            ("month", datetime(2001, 8, 1)),
            ("quarter", datetime(2001, 7, 1)),
            ("year", datetime(2001, 1, 1)),
        )
    ),
    ("date_trunc('month', date '2001-08-22')", date(2001, 8, 1)),
    # Intervals
    ("date_add('second', 86, TIMESTAMP '2020-03-01 00:00:00')", datetime(2020, 3, 1, 0, 1, 26)),
    ("date_add('hour', 9, TIMESTAMP '2020-03-01 00:00:00')", datetime(2020, 3, 1, 9)),
    ("date_add('day', -1, TIMESTAMP '2020-03-01 00:00:00 UTC')", datetime(2020, 2, 29)),
    ("date_add('week', 1 + 1, DATE '2020-03-01')", date(2020, 3, 15)),
    ("date_add('quarter', 1, DATE '2020-03-01')", date(2020, 6, 1)),
    ("date_add('month', 1, day_) FROM (SELECT date '2020-01-31' AS day_)", date(2020, 2, 29)),
    ("date_diff('second', TIMESTAMP '2020-03-01 00:00:00', TIMESTAMP '2020-03-02 00:00:00')", 86400),
    ("date_diff('hour', TIMESTAMP '2020-03-01 00:00:00 UTC', TIMESTAMP '2020-03-02 00:00:00 UTC')", 24),
    ("date_diff('day', DATE '2020-03-01', DATE '2020-03-02')", 1),
    ("date_diff('millisecond', TIMESTAMP '2020-06-01 12:30:45', TIMESTAMP '2020-06-02 12:30:45.123')", 86_400_123),
    # Whole units that went by, not boundaries that were crossed.
    ("date_diff('hour', TIMESTAMP '2020-03-01 00:59:00', TIMESTAMP '2020-03-01 01:01:00')", 0),
    ("date_diff('day', TIMESTAMP '2020-03-02 00:00:00', TIMESTAMP '2020-03-01 00:00:00')", -1),
    # MySQL formats
    ("date_format(TIMESTAMP '2022-10-20 05:10:00', '%m-%d-%Y %H')", "10-20-2022 05"),
    ("date_format(TIMESTAMP '2022-03-04 15:06:07.089', '%a %b %c %e %f %h %I %i %j %k %l')",
     "Fri Mar 3 4 089000 03 03 06 063 15 3"),
    ("date_format(TIMESTAMP '2022-01-02 15:06:07', '%M %p %r %S %s %T %v %W %x %y %% %q')",
     "January PM 03:06:07 PM 07 07 15:06:07 52 Sunday 2021 22 % q"),
    ("date_parse('2022/10/20/05', '%Y/%m/%d/%H')", datetime(2022, 10, 20, 5)),
    ("date_parse('2022-10-20T05:06:07.089Z', '%Y-%m-%dT%H:%i:%s.%fZ')", datetime(2022, 10, 20, 5, 6, 7, 89000)),
    ("date_parse('20 October 2022 03:10 PM', '%d %M %Y %h:%i %p')", datetime(2022, 10, 20, 15, 10)),
    ("date_parse('05:06', '%H:%i')", datetime(1970, 1, 1, 5, 6)),
    # JodaTime's
    ("format_datetime(TIMESTAMP '2022-10-20 15:06:07.089', 'yyyy-MM-dd''T''HH:mm:ss.SSS')", "2022-10-20T15:06:07.089"),
    ("format_datetime(TIMESTAMP '2022-01-02 15:06:07', 'EEE d MMM YY h a, D')", "Sun 2 Jan 22 3 PM, 2"),
    ("parse_datetime('2022-10-20 05:06:07 +0200', 'yyyy-MM-dd HH:mm:ss Z')", datetime(2022, 10, 20, 3, 6, 7)),
    ("parse_datetime('2022-10-20 05', 'yyyy-MM-dd HH')", datetime(2022, 10, 20, 5)),
    # Parts
    *(
        (f"extract({field} FROM TIMESTAMP '2022-01-02 15:06:07.089')", expected)
        for field, expected in (
            ("YEAR", 2022), ("QUARTER", 1), ("MONTH", 1), ("WEEK", 52), ("DAY", 2), ("DAY_OF_MONTH", 2),
            ("DAY_OF_WEEK", 7), ("DOW", 7), ("DAY_OF_YEAR", 2), ("DOY", 2), ("YEAR_OF_WEEK", 2021), ("YOW", 2021),
            ("HOUR", 15), ("MINUTE", 6), ("SECOND", 7),
        )
    ),
    *(
        (f"{function}(TIMESTAMP '2022-01-02 15:06:07.089')", expected)
        for function, expected in (
            ("year", 2022), ("quarter", 1), ("month", 1), ("week", 52), ("week_of_year", 52), ("day", 2),
            ("day_of_month", 2), ("day_of_week", 7), ("dow", 7), ("day_of_year", 2), ("doy", 2),
            ("year_of_week", 2021), ("yow", 2021), ("hour", 15), ("minute", 6), ("second", 7), ("millisecond", 89),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[expression for expression, _ in CASES])
def test_a_date_or_time_is_what_trino_documents(run: Run, expression: str, expected: Any) -> None:
    assert run(f"SELECT {expression}") == [(expected,)]


@pytest.mark.parametrize(
    "expression", ["current_timestamp", "now()", "localtimestamp", "current_timestamp(6)"]
)
def test_now_is_the_time_in_utc(run: Run, expression: str) -> None:
    # WHEN
    ((found,),) = run(f"SELECT {expression}")

    # THEN
    assert abs(datetime.now(UTC).replace(tzinfo=None) - found) < timedelta(minutes=1)


def test_today_is_the_date_in_utc(run: Run) -> None:
    assert run("SELECT current_date = date(now())") == [(True,)]
