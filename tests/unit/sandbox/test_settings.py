"""Settings come from the environment, then `.env`, then the default; an unusable one is named in one line."""

from pathlib import Path

import pytest

from sandbox.settings import SETTINGS, SettingsError, example_dotenv, load_settings, read_dotenv

REPOSITORY = Path(__file__).parents[3]


def test_the_defaults_are_the_seed_s_pace_and_the_demo_s_buffers() -> None:
    settings = load_settings({}, dotenv=None)

    assert (settings.order_interval_seconds, settings.order_rate, settings.order_count) == (3.0, None, None)
    assert (settings.transform_buffer_interval_seconds, settings.s3_buffer_interval_seconds) == (5, 10)
    assert (settings.aws_region, settings.localstack_port, settings.mode) == ("eu-north-1", 4566, "auto")


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_default(tmp_path: Path) -> None:
    # GIVEN a .env with two values
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "# mine\nORDER_RATE=5\nS3_BUFFER_INTERVAL_SECONDS='60' \n\nexport MODE=host # a remark\n"
    )

    # WHEN the environment has one of them too
    settings = load_settings({"ORDER_RATE": "7.5"}, dotenv)

    # THEN
    assert (settings.order_rate, settings.s3_buffer_interval_seconds, settings.mode) == (7.5, 60, "host")


@pytest.mark.parametrize("name", [row.name for row in SETTINGS])
def test_an_empty_value_means_the_default(name: str) -> None:
    assert load_settings({name: ""}, dotenv=None) == load_settings({}, dotenv=None)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MODE", "cloud", "one of auto, docker, host"),
        ("ORDER_RATE", "0", "a number from 0.001 to 10000, or empty"),
        ("ORDER_RATE", "fast", "a number from 0.001 to 10000, or empty"),
        ("ORDER_RATE", "nan", "a number from 0.001 to 10000, or empty"),
        ("ORDER_INTERVAL_SECONDS", "-1", "a number from 0.001 to 86400"),
        ("ORDER_COUNT", "0", "a whole number from 1 to 1000000000, or empty"),
        ("ORDER_UPDATE_SHARE", "1.5", "a number from 0 to 1"),
        ("LOCALSTACK_PORT", "70000", "a whole number from 1 to 65535"),
        ("NOTEBOOKS_PORT", "http", "a whole number from 1 to 65535"),
        ("TRANSFORM_BUFFER_SIZE_MBS", "4", "a number from 0.2 to 3"),
        ("TRANSFORM_BUFFER_INTERVAL_SECONDS", "901", "a whole number from 0 to 900"),
        ("S3_BUFFER_SIZE_MBS", "0", "a whole number from 1 to 128"),
        ("AWS_REGION", "eu north", "a value without spaces"),
    ],
)
def test_an_unusable_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({name: value}, dotenv=None)

    assert str(raised.value) == f"{name}={value} cannot be used: give {allowed}"


def test_shares_above_one_together_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"their sum is 1\.2"):
        load_settings({"ORDER_UPDATE_SHARE": "0.7", "ORDER_CANCELLATION_SHARE": "0.5"}, dotenv=None)


def test_two_servers_on_one_port_are_refused() -> None:
    with pytest.raises(SettingsError, match="two different ports"):
        load_settings({"LOCALSTACK_PORT": "8888"}, dotenv=None)


def test_a_line_that_is_no_assignment_is_named(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("MODE=host\nORDER_RATE 5\n")

    with pytest.raises(SettingsError, match=r"\.env line 2 is not NAME=value: ORDER_RATE 5"):
        read_dotenv(dotenv)


def test_the_example_file_is_made_from_the_settings() -> None:
    assert (REPOSITORY / ".env.example").read_text() == example_dotenv()


def test_the_example_file_reads_back_as_the_defaults() -> None:
    assert read_dotenv(REPOSITORY / ".env.example") == {row.name: row.default for row in SETTINGS}
