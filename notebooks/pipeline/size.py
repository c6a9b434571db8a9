"""Sizes in bytes, written for reading."""

MEBIBYTE = 1024 * 1024
UNITS = ((MEBIBYTE, "MiB"), (1024, "KiB"), (1, "B"))


def size_text(size_bytes: float) -> str:
    """Return a size in the largest unit that it fills."""
    unit, name = next(((unit, name) for unit, name in UNITS if size_bytes >= unit), UNITS[-1])
    return f"{size_bytes / unit:,.1f}".removesuffix(".0") + f" {name}"
