"""What JupyterLab is set to before its user sets anything: a notebook opens without a question."""

import json
from pathlib import Path
from typing import Any, Final

PREFERENCES: Final[dict[str, dict[str, Any]]] = {
    "@jupyterlab/apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/notebook-extension/tracker": {"autoStartDefaultKernel": True},
}


def write_preferences(folder: Path) -> None:
    """Write the preferences into JupyterLab's folder of user settings, those that are not there yet."""
    for plugin, settings in PREFERENCES.items():
        path = folder / f"{plugin}.jupyterlab-settings"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings, indent=4) + "\n")
