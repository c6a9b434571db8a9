"""Every setting of the sandbox, read from the environment and `.env`: name, default, unit, allowed values."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


class SettingsError(ValueError):
    """A setting has an unusable value; the message names it and the allowed values in one line."""


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return parse


def _integer(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        allowed = f"a whole number from {minimum} to {maximum}"
        try:
            value = int(text)
        except ValueError:
            raise ValueError(allowed) from None
        if not minimum <= value <= maximum:
            raise ValueError(allowed)
        return value

    return parse


def _number(minimum: float, maximum: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        allowed = f"a number from {minimum:g} to {maximum:g}"
        try:
            value = float(text)
        except ValueError:
            raise ValueError(allowed) from None
        # Written so that NaN is refused too.
        if not minimum <= value <= maximum:
            raise ValueError(allowed)
        return value

    return parse


def _optional(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse_optional(text: str) -> Any:
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            raise ValueError(f"{error}, or empty") from None

    return parse_optional


def _word(text: str) -> str:
    if not text or any(character.isspace() for character in text):
        raise ValueError("a value without spaces")
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One knob: the variable's name, its default as text, the section and help that `.env.example` prints."""

    name: str
    default: str
    parse: Callable[[str], Any]
    section: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "MODE",
        "auto",
        _choice("auto", "docker", "host"),
        "Running it",
        "Where the parts run: docker, host, or auto (Docker when a usable engine answers).",
    ),
    Setting(
        "PYTHON_IMAGE",
        "python:3.13-slim-trixie",
        _word,
        "Running it",
        "Base image of every container; `make base-image` prints the value for a stand-in built here.",
    ),
    Setting(
        "LOCALSTACK_PORT",
        "4566",
        _integer(1, 65535),
        "Running it",
        "Port of the AWS endpoint on 127.0.0.1.",
    ),
    Setting(
        "NOTEBOOKS_PORT",
        "8888",
        _integer(1, 65535),
        "Running it",
        "Port of the notebook server on 127.0.0.1.",
    ),
    Setting(
        "NOTEBOOKS_TOKEN",
        "",
        _optional(_word),
        "Running it",
        "Token of the notebook server; empty: a new one is made and printed in its URL.",
    ),
    Setting(
        "AWS_REGION",
        "eu-north-1",
        _word,
        "Running it",
        "Region in which every resource is created.",
    ),
    Setting(
        "KINESIS_SHARD_LIMITS",
        "off",
        _choice("on", "off"),
        "Running it",
        "Whether a shard refuses what AWS would: over 1 MiB or 1,000 records in, 2 MiB or 5 reads out, per second.",
    ),
    Setting(
        "ORDER_INTERVAL_SECONDS",
        "3",
        _number(0.001, 86400),
        "Generator",
        "Seconds from one order to the next.",
    ),
    Setting(
        "ORDER_RATE",
        "",
        _optional(_number(0.001, 10000)),
        "Generator",
        "Orders per second; when set, it takes the place of ORDER_INTERVAL_SECONDS.",
    ),
    Setting(
        "ORDER_COUNT",
        "",
        _optional(_integer(1, 1_000_000_000)),
        "Generator",
        "Stop after this many changes; empty: until interrupted.",
    ),
    Setting(
        "ORDER_SEED",
        "",
        _optional(_integer(0, 2**63 - 1)),
        "Generator",
        "Seed of the random orders; empty: different at every start.",
    ),
    Setting(
        "ORDER_UPDATE_SHARE",
        "0",
        _number(0, 1),
        "Generator",
        "Share of changes that update an order written before (0 to 1).",
    ),
    Setting(
        "ORDER_CANCELLATION_SHARE",
        "0",
        _number(0, 1),
        "Generator",
        "Share of changes that delete an order written before (0 to 1).",
    ),
    Setting(
        "ORDER_MALFORMED_SHARE",
        "0",
        _number(0, 1),
        "Generator",
        "Share of changes that write an item the transform cannot read (0 to 1).",
    ),
    Setting(
        "TRANSFORM_BUFFER_SIZE_MBS",
        "1",
        _number(0.2, 3),
        "Delivery stream",
        "Size at which Firehose calls the Lambda function, in MiB (AWS's default: 1).",
    ),
    Setting(
        "TRANSFORM_BUFFER_INTERVAL_SECONDS",
        "5",
        _integer(0, 900),
        "Delivery stream",
        "Longest wait before Firehose calls the Lambda function, in seconds (AWS's default: 60).",
    ),
    Setting(
        "TRANSFORM_RETRIES",
        "3",
        _integer(0, 300),
        "Delivery stream",
        "Times a failed call of the Lambda function is repeated (AWS's default: 3).",
    ),
    Setting(
        "S3_BUFFER_SIZE_MBS",
        "5",
        _integer(1, 128),
        "Delivery stream",
        "Size at which Firehose writes an object, in MiB (AWS's default: 5).",
    ),
    Setting(
        "S3_BUFFER_INTERVAL_SECONDS",
        "10",
        _integer(0, 900),
        "Delivery stream",
        "Longest wait before Firehose writes an object, in seconds (AWS's default: 300).",
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force, one field per row of `SETTINGS`."""

    mode: str
    python_image: str
    localstack_port: int
    notebooks_port: int
    notebooks_token: str | None
    aws_region: str
    kinesis_shard_limits: str
    order_interval_seconds: float
    order_rate: float | None
    order_count: int | None
    order_seed: int | None
    order_update_share: float
    order_cancellation_share: float
    order_malformed_share: float
    transform_buffer_size_mbs: float
    transform_buffer_interval_seconds: int
    transform_retries: int
    s3_buffer_size_mbs: int
    s3_buffer_interval_seconds: int


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the `NAME=value` lines of a `.env` file; empty when there is no such file.

    Comments and blank lines are passed over and one pair of surrounding quotes is removed, as Compose does.

    Raises:
        SettingsError: a line is neither a comment nor `NAME=value`.
    """
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    for number, raw_line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw_line.strip().removeprefix("export ").lstrip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip():
            raise SettingsError(f"{path.name} line {number} is not NAME=value: {line}")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        else:
            value = value.partition(" #")[0].rstrip()
        values[name.strip()] = value
    return values


def setting_values(environ: Mapping[str, str], dotenv: Path | None) -> dict[str, str]:
    """Return each setting's text in force: the environment first, then `.env`, then the default."""
    from_file = read_dotenv(dotenv) if dotenv is not None else {}
    return {row.name: environ.get(row.name, from_file.get(row.name, row.default)) for row in SETTINGS}


def load_settings(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Read and check every setting.

    Raises:
        SettingsError: a value is not usable.
    """
    values = setting_values(os.environ if environ is None else environ, dotenv)
    parsed: dict[str, Any] = {}
    for row in SETTINGS:
        text = values[row.name].strip()
        # A value left empty in .env means the default, except where empty is a value of its own.
        text = text or row.default
        try:
            parsed[row.name.lower()] = row.parse(text)
        except ValueError as error:
            raise SettingsError(f"{row.name}={text} cannot be used: give {error}") from None
    settings = Settings(**parsed)
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    total = settings.order_update_share + settings.order_cancellation_share + settings.order_malformed_share
    if total > 1:
        raise SettingsError(
            "ORDER_UPDATE_SHARE + ORDER_CANCELLATION_SHARE + ORDER_MALFORMED_SHARE cannot be used: "
            f"their sum is {total:g}, give shares that add up to at most 1"
        )
    if settings.localstack_port == settings.notebooks_port:
        raise SettingsError(
            f"LOCALSTACK_PORT={settings.localstack_port} and NOTEBOOKS_PORT={settings.notebooks_port} "
            "cannot be used: give two different ports"
        )


def example_dotenv() -> str:
    """Return the text of `.env.example`, made from `SETTINGS`."""
    lines = ["# Copy to .env and change what you need; every value here is the default."]
    section = ""
    for row in SETTINGS:
        if row.section != section:
            section = row.section
            lines += ["", f"# --- {section} " + "-" * max(0, 76 - len(section))]
        lines += [f"# {row.help}", f"{row.name}={row.default}"]
    return "\n".join(lines) + "\n"


assert tuple(field.name for field in fields(Settings)) == tuple(row.name.lower() for row in SETTINGS)
