"""Controls the sandbox: `python -m sandbox up` and its siblings; `make` calls it. Standard library only."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping

from sandbox.command import Control, check_part, control
from sandbox.errors import SandboxError
from sandbox.layout import layout
from sandbox.settings import SettingsError
from sandbox.supervisor import SupervisorError

LOG_LINES = 40

COMMANDS: Mapping[str, str] = {
    "up": "start it; returns when the first order has been delivered",
    "down": "stop it; nothing keeps running",
    "reset": "stop it and drop its data",
    "status": "show the parts; fails unless all are well",
    "logs": "show what the parts said",
    "verify": "account for every order, hop by hop; further arguments go to `python -m verify`",
    "sales": "show sales and health in the terminal; further arguments go to `python -m notebooks.sales`",
    "start": "start one part that was stopped",
    "stop": "stop one part",
    "env": 'print the lines that lead a shell to it: eval "$(make env)"',
    "venv": "make the virtual environment of host mode and of the tests",
}

# What a command runs with the rest of its arguments.
PROGRAMS: Mapping[str, str] = {"verify": "verify", "sales": "notebooks.sales"}


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parsers = {
        name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()
    }
    for name in ("start", "stop"):
        parsers[name].add_argument("part")
    parsers["logs"].add_argument("part", nargs="*")
    parsers["logs"].add_argument("--follow", action="store_true", help="go on until interrupted")
    parsers["logs"].add_argument("--lines", type=int, default=LOG_LINES, help="last lines of each part")
    return result


def run(commands: Control, arguments: argparse.Namespace, rest: list[str]) -> int:
    plain: Mapping[str, Callable[[], int]] = {
        "up": commands.up,
        "down": commands.down,
        "reset": commands.reset,
        "status": commands.status,
        "env": commands.env,
        "venv": commands.venv,
    }
    match arguments.command:
        case "logs":
            names = [check_part(name) for name in arguments.part]
            return commands.logs(names, arguments.lines, follow=arguments.follow)
        case "verify" | "sales":
            return commands.run_program(PROGRAMS[arguments.command], rest)
        case "start":
            return commands.start_part(check_part(arguments.part))
        case "stop":
            return commands.stop_part(check_part(arguments.part))
        case name:
            return plain[name]()


def main() -> int:
    arguments, rest = parser().parse_known_args()
    if rest and arguments.command not in PROGRAMS:
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return run(control(layout(os.environ)), arguments, rest)
    except (SettingsError, SandboxError, SupervisorError, subprocess.TimeoutExpired) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of `make logs | head` has gone.
        sys.stdout = None
        return 0


if __name__ == "__main__":
    sys.exit(main())
