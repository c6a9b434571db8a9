"""The observer calls the function's own handler, and logs nothing but our own orders."""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notebooks.inside import observer
from notebooks.inside.observer import MARK, lambda_handler
from tests.unit.notebooks.inside.fakes import change

HANDLER = """
def answer(event, context):
    return {"records": [{"recordId": r["recordId"], "result": "Ok", "data": "row"} for r in event["records"]]}
"""


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts the observer beside a handler, as in the function's zip file."""

    def deploy(handler: str) -> None:
        (tmp_path / "function_of_a_test.py").write_text(handler)
        told = {"handler": "function_of_a_test.answer", "order_id_prefix": "inside-"}
        (tmp_path / "inside_observer.json").write_text(json.dumps(told))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(observer, "__file__", str(tmp_path / "inside_observer.py"))
        monkeypatch.delitem(sys.modules, "function_of_a_test", raising=False)

    return deploy


def event(*order_ids: str) -> dict[str, Any]:
    records = [
        {"recordId": order_id, "data": base64.b64encode(json.dumps(change(order_id)).encode()).decode()}
        for order_id in order_ids
    ]
    return {"invocationId": "i", "records": records}


def test_the_answer_is_the_handlers_and_our_records_are_logged(
    deployed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    deployed(HANDLER)
    given = event("4711", "inside-1")

    # WHEN
    answer = lambda_handler(given, None)

    # THEN
    ours = {"recordId": "inside-1", "result": "Ok", "data": "row"}
    assert answer == {"records": [{"recordId": "4711", "result": "Ok", "data": "row"}, ours]}
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line.removeprefix(MARK)) == {
        "event": {"invocationId": "i", "records": [given["records"][1]]},
        "answer": {"records": [ours]},
    }


def test_records_of_others_leave_no_line(
    deployed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    deployed(HANDLER)

    # WHEN
    lambda_handler(event("4711"), None)

    # THEN
    assert capsys.readouterr().out == ""


def test_an_error_of_the_handler_stays_one(deployed: Callable[[str], None]) -> None:
    # GIVEN
    deployed("def answer(event, context): raise KeyError('price')")

    # WHEN / THEN
    with pytest.raises(KeyError, match="price"):
        lambda_handler(event("inside-1"), None)


def test_the_observer_needs_nothing_but_the_standard_library() -> None:
    # GIVEN
    source = Path(observer.__file__).read_text()

    # THEN
    imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
