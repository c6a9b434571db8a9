"""A port that is in use is refused before anything starts."""

import pytest

from sandbox.port import check_ports
from sandbox.settings import SettingsError, load_settings

SETTINGS = load_settings({}, dotenv=None)


def test_free_ports_are_accepted() -> None:
    check_ports(SETTINGS, lambda port: None)


@pytest.mark.parametrize(("port", "name"), [(4566, "LOCALSTACK_PORT"), (8888, "NOTEBOOKS_PORT")])
def test_port_in_use_is_refused_in_one_line_that_names_the_setting(port: int, name: str) -> None:
    # WHEN
    with pytest.raises(SettingsError) as error:
        check_ports(SETTINGS, lambda asked: "in use" if asked == port else None)
    # THEN
    assert str(error.value) == (
        f"{name}={port} cannot be used: port {port} of 127.0.0.1 is in use; "
        "give a free port from 1 to 65535, or stop what uses it"
    )
