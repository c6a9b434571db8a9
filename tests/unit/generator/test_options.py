"""Options in the place of settings."""

from pathlib import Path

import pytest

from generator.options import OPTIONS, interval_seconds, load_options
from sandbox.settings import SETTINGS, SettingsError


def test_defaults_are_one_order_every_three_seconds_without_end() -> None:
    # WHEN neither options nor settings are given
    settings = load_options([], environ={}, dotenv=None)

    # THEN the generator does what the seed's does
    assert (interval_seconds(settings), settings.order_count) == (3, None)
    assert (
        settings.order_update_share,
        settings.order_cancellation_share,
        settings.order_malformed_share,
    ) == (0, 0, 0)


def test_option_takes_the_place_of_the_environment_and_of_the_file(tmp_path: Path) -> None:
    # GIVEN a count in the environment and a seed in .env
    dotenv = tmp_path / ".env"
    dotenv.write_text("ORDER_SEED=1\nORDER_UPDATE_SHARE=0.5\n", encoding="utf-8")

    # WHEN both are given as options
    settings = load_options(["--count", "5", "--seed", "6"], environ={"ORDER_COUNT": "2"}, dotenv=dotenv)

    # THEN the options hold, and what has no option keeps its setting
    assert (settings.order_count, settings.order_seed, settings.order_update_share) == (5, 6, 0.5)


def test_interval_as_an_option_takes_the_place_of_a_rate_in_the_file(tmp_path: Path) -> None:
    # GIVEN a rate in .env
    dotenv = tmp_path / ".env"
    dotenv.write_text("ORDER_RATE=100\n", encoding="utf-8")

    # WHEN an interval is given as an option, THEN it holds
    assert interval_seconds(load_options(["--interval", "2"], environ={}, dotenv=dotenv)) == 2


def test_rate_takes_the_place_of_the_interval() -> None:
    # WHEN a rate is given, THEN the interval is its inverse
    assert interval_seconds(load_options(["--rate", "100"], environ={}, dotenv=None)) == 0.01


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rate", "0"], "ORDER_RATE=0 cannot be used: give a number from 0.001 to 10000, or empty"),
        (["--count", "-1"], "ORDER_COUNT=-1 cannot be used: give a whole number from 1 to"),
        (["--update-share", "2"], "ORDER_UPDATE_SHARE=2 cannot be used: give a number from 0 to 1"),
    ],
)
def test_unusable_option_is_named_with_what_is_allowed(arguments: list[str], message: str) -> None:
    # WHEN an option has an unusable value
    with pytest.raises(SettingsError) as raised:
        load_options(arguments, environ={}, dotenv=None)

    # THEN one line says so
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_interval_and_rate_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN both are given
    with pytest.raises(SystemExit) as raised:
        load_options(["--rate", "1", "--interval", "1"], environ={}, dotenv=None)

    # THEN the command line is refused
    assert raised.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_every_setting_of_the_generator_has_an_option() -> None:
    # GIVEN the generator's settings
    names = {row.name for row in SETTINGS if row.section == "Generator"}

    # WHEN they are compared with the options, THEN each has one
    assert {name for _, name, _ in OPTIONS} == names
