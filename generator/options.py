"""The command line's options, which take the place of the settings of the same meaning."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.settings import SETTINGS, Settings, load_settings

# Option, setting, and the placeholder in the help.
OPTIONS = (
    ("--interval", "ORDER_INTERVAL_SECONDS", "SECONDS"),
    ("--rate", "ORDER_RATE", "PER_SECOND"),
    ("--count", "ORDER_COUNT", "CHANGES"),
    ("--seed", "ORDER_SEED", "NUMBER"),
    ("--update-share", "ORDER_UPDATE_SHARE", "SHARE"),
    ("--cancellation-share", "ORDER_CANCELLATION_SHARE", "SHARE"),
    ("--malformed-share", "ORDER_MALFORMED_SHARE", "SHARE"),
)


def load_options(
    arguments: Sequence[str] | None = None,
    environ: Mapping[str, str] | None = None,
    dotenv: Path | None = Path(".env"),
) -> Settings:
    """Return the settings with the options in their place, checked like them.

    Raises:
        SettingsError: an option or a setting has an unusable value.
    """
    given = vars(_parser().parse_args(arguments))
    environ = dict(os.environ if environ is None else environ)
    if given["ORDER_INTERVAL_SECONDS"] is not None:
        # A rate from the environment or .env would take precedence over the interval just asked for.
        environ["ORDER_RATE"] = ""
    environ |= {name: text for name, text in given.items() if text is not None}
    return load_settings(environ, dotenv)


def interval_seconds(settings: Settings) -> float:
    """Return the seconds from one change to the next, from the rate when there is one."""
    return settings.order_interval_seconds if settings.order_rate is None else 1 / settings.order_rate


def _parser() -> argparse.ArgumentParser:
    rows = {row.name: row for row in SETTINGS}
    parser = argparse.ArgumentParser(
        prog="python -m generator",
        description="Writes random orders to the order table until stopped.",
        epilog="Every option can also be set in the environment or in .env, under the name in brackets.",
        allow_abbrev=False,
    )
    pace = parser.add_mutually_exclusive_group()
    for option, name, metavar in OPTIONS:
        container = pace if option in ("--interval", "--rate") else parser
        container.add_argument(option, dest=name, metavar=metavar, help=f"{rows[name].help} [{name}]")
    return parser
