"""JupyterLab in a headless Chromium, as a person uses it: open a notebook, run it, look."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.notebooks.running_server import NotebookServer
from tests.polling import PATIENCE_SECONDS

RUN_SECONDS = 600
# After it an attempt is made anew: JupyterLab may have closed the menu, or dropped what was asked of it.
ATTEMPT_SECONDS = 10
WIDTH, HEIGHT = 1280, 1000
_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_CELLS = f"{_PANEL} .jp-Notebook .jp-Cell"


def require_chromium() -> tuple[str, str]:
    """Return Chromium and its driver; without them skip, or fail where BROWSER_TESTS=required."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium and driver:
        return chromium, driver
    message = "needs Chromium and chromedriver (Debian: apt-get install chromium chromium-driver)"
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(f"BROWSER_TESTS=required, but it {message}")
    pytest.skip(message)


class NotebookPage:
    """One notebook in JupyterLab; what it looks like when a wait fails is written to `evidence`."""

    def __init__(self, driver: webdriver.Chrome, server: NotebookServer, name: str, evidence: Path) -> None:
        self._driver = driver
        self._server = server
        self._name = name
        self._evidence = evidence
        self._sources = server.code_cells(name)
        driver.get(server.notebook_url(name))
        self._until("the notebook to open and its kernel to be idle", self._is_ready)

    def run_all(self) -> None:
        """Choose Run, Run All Cells in the menu, and wait until every cell has been run."""
        # JupyterLab may call the kernel idle before it takes anything: then the menu is used again.
        self._until("the cells to begin", self._begin)
        self._until("every cell to be run", self._has_run, RUN_SECONDS)

    def errors(self) -> list[str]:
        """Return what the cells' tracebacks say."""
        return [element.text for element in self._all('[data-mime-type="application/vnd.jupyter.error"]')]

    def tables(self) -> list[list[str]]:
        """Return the cells of each table that is shown, line by line."""
        found = []
        for table in self._all(".jp-OutputArea-output table.dataframe"):
            self._show(table)
            found.append([line.text for line in table.find_elements(By.TAG_NAME, "tr")])
        return found

    def plots(self) -> list[WebElement]:
        """Return the pictures that are shown, each fully loaded."""
        found = self._all(".jp-OutputArea-output img")
        for picture in found:
            self._show(picture)
            self._until("the picture to load", partial(self._is_loaded, picture))
        return found

    def width(self, picture: WebElement) -> int:
        """Return how wide a picture is in itself."""
        return self._width(picture)

    def save(self, element: WebElement, path: Path) -> None:
        """Write what an element looks like as a PNG."""
        self._show(element)
        path.write_bytes(element.screenshot_as_png)

    def save_page(self, path: Path) -> None:
        """Write what the window shows as a PNG."""
        path.write_bytes(self._driver.get_screenshot_as_png())

    def _all(self, selector: str) -> list[WebElement]:
        return self._driver.find_elements(By.CSS_SELECTOR, f"{_CELLS} {selector}")

    def _show(self, element: WebElement) -> None:
        self._driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)

    def _is_loaded(self, picture: WebElement) -> bool:
        return self._width(picture) > 0

    def _width(self, picture: WebElement) -> int:
        return int(self._driver.execute_script("return arguments[0].naturalWidth", picture))

    def _click(self, selector: str, text: str) -> bool:
        for element in self._driver.find_elements(By.CSS_SELECTOR, selector):
            if element.text == text:
                element.click()
                return True
        return False

    def _begin(self) -> bool:
        if self._has_begun():
            return True
        if self._click(".lm-MenuBar-itemLabel", "Run") and not self._comes_true(
            partial(self._click, ".lm-Menu-itemLabel", "Run All Cells")
        ):
            ActionChains(self._driver).send_keys(Keys.ESCAPE).perform()
        return self._comes_true(self._has_begun)

    def _has_begun(self) -> bool:
        return any(letter == "*" or letter.isdigit() for prompt in self._prompts() for letter in prompt)

    def _prompts(self) -> list[str]:
        found = self._driver.find_elements(By.CSS_SELECTOR, f"{_CELLS}.jp-CodeCell .jp-InputPrompt")
        return [element.text for element in found]

    def _is_ready(self) -> bool:
        # JupyterLab calls a kernel idle that it has not reached yet, and puts the cells into the page one by one.
        kernel = self._server.kernel(self._name)
        is_connected = (
            kernel is not None and kernel["connections"] > 0 and kernel["execution_state"] == "idle"
        )
        return is_connected and len(self._prompts()) == len(self._sources) and self._is_idle()

    def _is_idle(self) -> bool:
        status = self._driver.find_elements(By.CSS_SELECTOR, f"{_PANEL} .jp-Notebook-ExecutionIndicator")
        return [element.get_attribute("data-status") for element in status] == ["idle"]

    def _has_run(self) -> bool:
        is_run = [any(letter.isdigit() for letter in prompt) for prompt in self._prompts()]
        return (is_run == [True] * len(self._sources) or bool(self.errors())) and self._is_idle()

    def _seen(self) -> str:
        """Return which cells have not run, what the kernel does and the end of the server's log.

        A picture and the notebook are kept.
        """
        log = self._server.log_tail()
        try:
            return f"{self._state()}\n{log}"
        except (OSError, WebDriverException) as error:
            return f"nothing can be said of the page: {error}\n{log}"

    def _state(self) -> str:
        prompts = self._prompts()
        waiting = [
            f"  {prompt} {source.splitlines()[0]}"
            for prompt, source in zip(prompts, self._sources, strict=False)
            if not any(letter.isdigit() for letter in prompt)
        ]
        picture, copy = self._evidence / f"{Path(self._name).stem}.png", self._evidence / self._name
        self.save_page(picture)
        copy.write_text(json.dumps(self._saved()))
        lines = [
            f"{len(prompts)} of {len(self._sources)} code cells are in the page; not run:",
            *waiting,
            f"kernel: {self._server.kernel(self._name)}",
            f"picture: {picture}",
            f"notebook as far as it came: {copy}",
        ]
        return "\n".join(lines)

    def _saved(self) -> Any:
        """Save the notebook and return it; as it was saved before, should that not work."""
        before = self._server.file(self._name)["last_modified"]
        ActionChains(self._driver).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
        self._comes_true(lambda: bool(self._server.file(self._name)["last_modified"] != before))
        return self._server.file(self._name)["content"]

    def _until(
        self,
        what: str,
        condition: Callable[[], bool],
        seconds: float = PATIENCE_SECONDS,
    ) -> None:
        if not self._comes_true(condition, seconds):
            raise AssertionError(f"waited {seconds:g} s for {what}: {self._seen()}")

    def _comes_true(self, condition: Callable[[], bool], seconds: float = ATTEMPT_SECONDS) -> bool:
        try:
            return bool(self._wait(seconds).until(lambda _: condition()))
        except TimeoutException:
            return False

    def _wait(self, seconds: float) -> WebDriverWait[webdriver.Chrome]:
        return WebDriverWait(
            self._driver,
            seconds,
            poll_frequency=0.2,
            ignored_exceptions=(
                NoSuchElementException,
                StaleElementReferenceException,
                ElementClickInterceptedException,
                ElementNotInteractableException,
                # The server does not answer now.
                OSError,
            ),
        )


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Start a headless Chromium that reaches this machine and nothing else."""
    program, driver = require_chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new",
        f"--window-size={WIDTH},{HEIGHT}",
        f"--user-data-dir={profile}",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()
