"""The README as data: its commands, for the test that runs them, and its table of settings.

`python -m tests.readme` writes the table anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.settings import SETTINGS

README = Path(__file__).parent.parent / "README.md"
SHELLS = ("sh", "console")
PROMPT, CONTINUATION = "$ ", "> "
TABLE_BEGIN = "<!-- settings: made from sandbox/settings.py by `python -m tests.readme` -->\n"
TABLE_END = "<!-- /settings -->\n"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the README: `where` is what the fence asks for beyond a shell on this machine.

    `docker`: an engine. `working`: a checkout to work on, not a running sandbox. `needs=FILE`: a file of the reader's.
    """

    text: str
    line: int
    section: str
    where: str = ""


@dataclass(slots=True)
class _Fence:
    language: str
    where: str
    lines: list[tuple[int, str]] = field(default_factory=list)


def commands(text: str) -> list[Command]:
    """Return every command in the order of the page: it can be run from top to bottom in one shell."""
    found: list[Command] = []
    for section, fence in _fences(text):
        if fence.language == "sh":
            found += [
                Command(line.strip(), number, section, fence.where)
                for number, line in fence.lines
                if line.strip() and not line.lstrip().startswith("#")
            ]
        elif fence.language == "console":
            for number, line in fence.lines:
                if line.startswith(PROMPT):
                    found.append(Command(line.removeprefix(PROMPT), number, section, fence.where))
                elif line.startswith(CONTINUATION) and found:
                    last = found.pop()
                    continued = f"{last.text}\n{line.removeprefix(CONTINUATION)}"
                    found.append(Command(continued, last.line, last.section, last.where))
    return found


def languages(text: str) -> set[str]:
    """Return the languages of all fences."""
    return {fence.language for _, fence in _fences(text)}


def _fences(text: str) -> Iterator[tuple[str, _Fence]]:
    section = ""
    fence: _Fence | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if fence is not None:
            if line == "```":
                yield section, fence
                fence = None
            else:
                fence.lines.append((number, line))
        elif opening := re.fullmatch(r"```(\w*) ?(.*)", line):
            fence = _Fence(opening[1], opening[2])
        elif heading := re.fullmatch(r"#+ (.+)", line):
            section = heading[1]


def settings_table() -> str:
    """Return the table of settings that belongs between the two marks."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for row in SETTINGS:
        default = f"`{row.default}`" if row.default else "empty"
        rows.append(f"| `{row.name}` | {default} | {row.help} |")
    return "\n".join(rows) + "\n"


def with_settings_table(text: str) -> str:
    """Return the README with its table made anew."""
    before, _, rest = text.partition(TABLE_BEGIN)
    _, mark, after = rest.partition(TABLE_END)
    if not mark:
        raise ValueError("README.md has lost the marks of its table of settings")
    return f"{before}{TABLE_BEGIN}\n{settings_table()}\n{TABLE_END}{after}"


if __name__ == "__main__":
    README.write_text(with_settings_table(README.read_text(encoding="utf-8")), encoding="utf-8")
