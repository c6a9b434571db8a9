"""Starts JupyterLab on the notebooks: `python -m notebooks`."""

import argparse
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from notebooks.copies import served_copies
from notebooks.preferences import write_preferences
from notebooks.server import (
    Address,
    NotebooksError,
    browser_url,
    kernel_path,
    listen_address,
    server_config,
    state_environment,
)
from sandbox.layout import layout
from sandbox.settings import SettingsError, load_settings

# What kernels and extensions get to end by themselves.
STOP_SECONDS: Final = 30


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m notebooks",
        description=f"{__doc__} Also read: NOTEBOOKS_PORT, NOTEBOOKS_TOKEN, NOTEBOOKS_LISTEN.",
    )
    parser.add_argument("--ip", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: NOTEBOOKS_PORT)")
    parser.add_argument(
        "--edit", action="store_true", help="serve the committed notebooks themselves, not copies of them"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    try:
        settings = load_settings()
        default = listen_address(os.environ.get("NOTEBOOKS_LISTEN"), settings.notebooks_port)
        address = Address(options.ip or default.ip, options.port or default.port)
        check_free(address)
    except (NotebooksError, SettingsError) as error:
        print(f"notebooks: {error}", file=sys.stderr)
        return 2
    # Whoever gives a port on the command line opens that one.
    published_port = options.port or settings.notebooks_port
    token = settings.notebooks_token or secrets.token_hex(24)
    state = state_folder()
    environment = state_environment(state)
    os.environ.update(environment)
    write_preferences(Path(environment["JUPYTERLAB_SETTINGS_DIR"]))
    notebooks = Path(__file__).resolve().parent
    os.environ["PYTHONPATH"] = kernel_path(notebooks, os.environ.get("PYTHONPATH"))
    root = notebooks if options.edit else served_copies(notebooks, state)
    serve(address, token, root, browser_url(published_port, token))
    return 0


def check_free(address: Address) -> None:
    """Refuse an address that cannot be listened on.

    Raises:
        NotebooksError: names the address and what to do.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address.ip, address.port))
        except OSError as error:
            raise NotebooksError(
                f"port {address.port} of {address.ip} cannot be used ({error.strerror}): "
                "set NOTEBOOKS_PORT to a free one"
            ) from error


def state_folder() -> Path:
    """Return the folder for what the server writes: among the sandbox's own files, or a temporary one."""
    folder = layout(os.environ).data / "notebooks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="notebooks-"))
    return folder


def serve(address: Address, token: str, root: Path, url: str) -> None:
    """Run JupyterLab until SIGTERM or Ctrl-C; its kernels end with it."""
    # Jupyter reads its folders' variables while it is imported.
    from jupyterlab.labapp import LabApp
    from traitlets.config import Config

    config = Config(server_config(address, token, root, is_superuser=os.geteuid() == 0))
    server = LabApp.initialize_server(argv=[], config=config)
    stop_on_sigterm(server)
    # The server is bound by its event loop's first callback: whoever reads the address can open it.
    server.io_loop.add_callback(print, f"Notebooks: {url}", flush=True)
    server.start()


def stop_on_sigterm(server: Any) -> None:
    """End the server on SIGTERM, whenever it comes from now on.

    Jupyter's own handler runs with the next line of Python, which is none while the event loop waits: a signal that
    comes just before, or to another thread, would be seen with the next request.
    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """
    loop = server.io_loop.asyncio_loop

    def stop() -> None:
        server.stop()
        # Should the end of a kernel or of an extension fail.
        loop.call_later(STOP_SECONDS, loop.stop)

    loop.add_signal_handler(signal.SIGTERM, stop)


if __name__ == "__main__":
    sys.exit(main())
