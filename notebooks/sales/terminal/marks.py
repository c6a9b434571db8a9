"""Small pictures made of characters."""

from collections.abc import Sequence

_EIGHTHS = "▁▂▃▄▅▆▇█"
_PARTS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def bar(share: float, width: int) -> str:
    """Return a bar as long as `share` of `width` characters, to the eighth of one.

    >>> bar(0.5, 3)
    '█▌'
    """
    eighths = round(max(0.0, min(1.0, share)) * width * len(_PARTS))
    return "█" * (eighths // len(_PARTS)) + _PARTS[eighths % len(_PARTS)]


def sparkline(values: Sequence[float]) -> str:
    """Return a character per value, from zero up to the highest; what is not above zero is a dot.

    >>> sparkline([0, 1, 8])
    '·▁█'
    """
    highest = max(values, default=0.0)
    return "".join("·" if value <= 0 else _EIGHTHS[_step(value / highest)] for value in values)


def columns(values: Sequence[float], height: int) -> list[str]:
    """Return lines that show a column per value, the uppermost line first; below zero there is nothing.

    >>> columns([0, 1, 2], 2)
    ['  █', ' ██']
    """
    highest = max(values, default=0.0)
    filled = [value / highest * height if highest > 0 and value > 0 else 0.0 for value in values]
    return ["".join(_cell(amount - line) for amount in filled) for line in reversed(range(height))]


def _cell(amount: float) -> str:
    if amount <= 1 / 16:
        return " "
    return _EIGHTHS[_step(min(amount, 1.0))]


def _step(share: float) -> int:
    return max(0, min(len(_EIGHTHS) - 1, round(share * len(_EIGHTHS)) - 1))


def short(value: float) -> str:
    """Return a number in at most five characters.

    >>> [short(value) for value in (-3.2, 999, 9_949, 99_700, 1_250_000, 23_400_000)]
    ['-3', '999', '9.9k', '100k', '1.25M', '23.4M']
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            scaled = value / size
            places = 0 if abs(scaled) >= 99.95 or (letter == "k" and abs(scaled) >= 9.995) else 1
            places += letter != "k" and abs(scaled) < 9.995
            return f"{scaled:.{places}f}{letter}"
    return f"{value:.0f}"
