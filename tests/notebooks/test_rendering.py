"""Every committed notebook in a real browser: opened in JupyterLab, run from the menu, and looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.browser import NotebookPage, chromium
from tests.notebooks.running_server import NotebookServer
from tests.notebooks.test_notebooks import NOTEBOOKS


@pytest.fixture(scope="module")
def server(sold: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookServer]:
    running = NotebookServer(tmp_path_factory.mktemp("server"), LIVE_SECONDS="2")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_a_notebook_run_in_a_browser_shows_its_tables_and_plots(
    name: str, browser: webdriver.Chrome, server: NotebookServer, tmp_path: Path
) -> None:
    # GIVEN the notebook in JupyterLab
    page = NotebookPage(browser, server, name, tmp_path)

    # WHEN it is run from the menu
    page.run_all()
    page.save_page(tmp_path / "page.png")

    # THEN no cell failed, there are tables with lines, and every plot is there in a readable size
    assert page.errors() == []
    assert [lines for lines in page.tables() if len(lines) > 1]
    plots = page.plots()
    assert plots
    assert all(page.width(plot) >= 400 for plot in plots)
