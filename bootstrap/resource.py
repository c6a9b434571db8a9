"""What making or deleting a resource comes to."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What was done to a resource."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that is there and usable."""

    arn: str
    outcome: Outcome
