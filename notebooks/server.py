"""Decides how the notebook server runs: its address, its folders, its configuration."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_PORT = 8888
FIRST_NOTEBOOK = "product_sales.ipynb"
# What the file browser leaves out where the committed notebooks themselves are served: the program beside them.
HIDDEN_FILES = ("__pycache__", "*.py", "inside", "lake", "pipeline", "sales")


class NotebooksError(Exception):
    """The notebook server cannot start; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens."""

    ip: str
    port: int


def listen_address(listen: str | None, published_port: int) -> Address:
    """Return the address to listen on.

    `NOTEBOOKS_LISTEN` (`ip` or `ip:port`) is for a container, where the server listens on every interface and on a
    port of its own while `NOTEBOOKS_PORT` is what the host publishes. Without it: 127.0.0.1 and the published port.

    Raises:
        NotebooksError: the port is no port.
    """
    if not listen:
        return Address("127.0.0.1", published_port)
    ip, separator, port = listen.rpartition(":")
    if not separator:
        return Address(listen, DEFAULT_PORT)
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise NotebooksError(f"NOTEBOOKS_LISTEN={listen} cannot be used: give an address, or address:port")
    return Address(ip, int(port))


def browser_url(port: int, token: str) -> str:
    """Return the address to open in a browser, on the machine that publishes `port`."""
    return f"http://127.0.0.1:{port}/lab/tree/{FIRST_NOTEBOOK}?token={token}"


def state_environment(state: Path) -> dict[str, str]:
    """Return the variables that keep whatever Jupyter, IPython and matplotlib write below `state`.

    The user's own Jupyter configuration is not read: what runs here is the same on every machine.
    """
    return {
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "IPYTHONDIR": str(state / "ipython"),
        "MPLCONFIGDIR": str(state / "matplotlib"),
    }


def kernel_path(notebooks: Path, inherited: str | None) -> str:
    """Return PYTHONPATH for the kernels: the packages beside the notebooks, and the project."""
    folders = [str(notebooks), str(notebooks.parent)]
    return os.pathsep.join([*folders, inherited] if inherited else folders)


def server_config(
    address: Address, token: str, root: Path, is_superuser: bool
) -> Mapping[str, Mapping[str, Any]]:
    """Return JupyterLab's configuration; with it the server makes no request to the outside."""
    return {
        "ServerApp": {
            "ip": address.ip,
            "port": address.port,
            "port_retries": 0,
            "root_dir": str(root),
            "open_browser": False,
            "allow_root": is_superuser,
            # Ctrl-C stops without a question.
            "answer_yes": True,
            "log_level": "WARN",
        },
        "IdentityProvider": {"token": token},
        "ContentsManager": {"hide_globs": list(HIDDEN_FILES)},
        # What a kernel and the server tell each other passes through TCP on this machine.
        "KernelManager": {"transport_encryption": "auto"},
        # It would look for language servers by calling npm.
        "LanguageServerManager": {"autodetect": False},
        "LabApp": {
            "log_level": "WARN",
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            # The default one asks the package index.
            "extension_manager": "readonly",
        },
    }
