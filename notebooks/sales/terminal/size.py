"""The terminal's size, and the styles of the view."""

from dataclasses import dataclass

WIDE = 116
HEADING = "bold"
DIM = "dim"
BAR = "cyan"


@dataclass(frozen=True, slots=True)
class Size:
    """The terminal, in characters."""

    width: int
    height: int

    @property
    def is_wide(self) -> bool:
        return self.width >= WIDE
