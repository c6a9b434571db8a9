"""JupyterLab's settings before its user sets any."""

import json
from pathlib import Path

from notebooks.preferences import write_preferences

TRACKER = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
NOTIFICATION = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def test_a_notebook_opens_with_its_kernel_and_without_a_question(tmp_path: Path) -> None:
    # WHEN
    write_preferences(tmp_path)

    # THEN
    assert json.loads((tmp_path / TRACKER).read_text()) == {"autoStartDefaultKernel": True}
    assert json.loads((tmp_path / NOTIFICATION).read_text()) == {
        "checkForUpdates": False,
        "fetchNews": "false",
    }


def test_what_the_user_set_stays(tmp_path: Path) -> None:
    # GIVEN
    (tmp_path / TRACKER).parent.mkdir(parents=True)
    (tmp_path / TRACKER).write_text("{}")

    # WHEN
    write_preferences(tmp_path)

    # THEN
    assert (tmp_path / TRACKER).read_text() == "{}"
