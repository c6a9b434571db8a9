"""Makes the README's pictures from a real run: `python -m tests.pictures`, which `make pictures` calls.

An emulator of its own, two minutes of orders, then every notebook in Chromium: one plot of each, as it is shown.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import NotebookPage, chromium
from tests.emulator_process import REPOSITORY, EmulatorProcess, client_environment
from tests.notebooks.running_server import NotebookServer

FOLDER = REPOSITORY / "docs" / "pictures"
# Which plot of each notebook says most, counted from its first.
PLOTS = {"check_the_pipeline": 1, "product_sales": 0, "inside_the_chain": 0}
ORDERS_PER_SECOND, SECONDS = 5, 120
SETTINGS = {
    "TRANSFORM_BUFFER_INTERVAL_SECONDS": "5",
    "S3_BUFFER_INTERVAL_SECONDS": "10",
    "ORDER_RATE": str(ORDERS_PER_SECOND),
    "ORDER_SEED": "1",
    "ORDER_UPDATE_SHARE": "0.1",
    "ORDER_CANCELLATION_SHARE": "0.05",
    "ORDER_MALFORMED_SHARE": "0.01",
    "LIVE_SECONDS": "5",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        emulator = EmulatorProcess(directory)
        try:
            emulator.wait_until_ready()
            os.environ.update(client_environment(emulator.port), **SETTINGS)
            subprocess.run([sys.executable, "-m", "bootstrap"], cwd=REPOSITORY, check=True)
            generator = subprocess.Popen(
                [sys.executable, "-m", "generator"], cwd=REPOSITORY, stdout=subprocess.DEVNULL
            )
            try:
                take(directory, generator)
            finally:
                generator.terminate()
                generator.wait()
        finally:
            emulator.stop()


def take(directory: Path, generator: "subprocess.Popen[bytes]") -> None:
    """Wait until there is something to see, then write the pictures, orders still arriving."""
    print(f"orders are written for {SECONDS} s", flush=True)
    try:
        generator.wait(SECONDS)
    except subprocess.TimeoutExpired:
        pass
    else:
        raise SystemExit("the generator ended early")
    folder = directory / "server"
    folder.mkdir()
    server = NotebookServer(folder)
    try:
        FOLDER.mkdir(exist_ok=True)
        with chromium(directory / "chromium") as driver:
            for name, number in PLOTS.items():
                page = NotebookPage(driver, server, f"{name}.ipynb", directory)
                page.run_all()
                if errors := page.errors():
                    raise SystemExit(f"{name}: {errors[0]}")
                page.save(page.plots()[number], FOLDER / f"{name}.png")
                print(f"docs/pictures/{name}.png", flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
