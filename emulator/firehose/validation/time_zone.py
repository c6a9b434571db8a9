"""The time zones that a destination may name."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from emulator.firehose.validation.refusal import invalid

# AWS publishes a list of older names: an area and a place, without the areas for offsets and countries.
_NAME = re.compile(
    "(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_]+", re.ASCII
)
_REFUSED = frozenset({"Asia/Kolkata", "Europe/Kyiv"})


def check_time_zone(name: str | None) -> None:
    """Check a `CustomTimeZone`; an empty one is not given.

    Raises:
        ServiceError: AWS does not take it, or this machine does not know it.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    """
    if not name or name == "UTC":
        return
    if not _NAME.fullmatch(name) or name in _REFUSED or not _is_known(name):
        raise invalid(
            "Provided custom time zone is not supported. Custom time zones are limited to UTC and non-3-letter "
            "IANA time zones."
        )


def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
