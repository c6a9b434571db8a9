"""Experiments with the function put its code and its handler back, whatever happens meanwhile."""

import io
import json
import zipfile

import pytest

from notebooks.inside.errors import InsideError
from notebooks.inside.failing import broken_function
from notebooks.inside.function import reachable, with_files
from notebooks.inside.observing import observed_function
from notebooks.inside.orders import own_orders
from notebooks.inside.recovery import recover
from tests.unit.notebooks.inside.fakes import FakeAccount, archive

TRUE_HANDLER = "transform.handler.lambda_handler"


class CellError(Exception):
    """What goes wrong in a notebook's cell."""


def test_an_observed_function_is_the_old_one_with_the_observer_around_it(account: FakeAccount) -> None:
    # GIVEN
    original = account.lambda_.archive

    # WHEN
    with observed_function(account.clients):
        observed, handler = account.lambda_.archive, account.lambda_.handler

    # THEN
    with zipfile.ZipFile(io.BytesIO(observed)) as zip_file:
        assert zip_file.namelist() == [
            "handler.py",
            "inside_observer.py",
            "inside_observer.json",
            "inside_observer_original.zip",
        ]
        assert zip_file.read("inside_observer_original.zip") == original
        told = json.loads(zip_file.read("inside_observer.json"))
    assert told == {"handler": TRUE_HANDLER, "order_id_prefix": "inside-"}
    assert handler == "inside_observer.lambda_handler"


def test_an_observed_function_answers_at_every_moment(account: FakeAccount) -> None:
    # WHEN
    with observed_function(account.clients):
        pass

    # THEN the handler changes only while the code holds both
    assert account.lambda_.calls == [
        "code",
        "handler inside_observer.lambda_handler",
        f"handler {TRUE_HANDLER}",
        "code",
    ]


def test_a_function_is_put_back_when_the_cell_fails(account: FakeAccount) -> None:
    # GIVEN
    original = account.lambda_.archive

    # WHEN
    with pytest.raises(CellError), observed_function(account.clients):
        raise CellError
    with pytest.raises(KeyboardInterrupt), broken_function(account.clients):
        raise KeyboardInterrupt

    # THEN
    assert (account.lambda_.archive, account.lambda_.handler) == (original, TRUE_HANDLER)


def test_a_broken_function_has_a_handler_that_does_not_exist(account: FakeAccount) -> None:
    with broken_function(account.clients) as handler:
        assert account.lambda_.handler == handler == f"{TRUE_HANDLER}_that_is_missing"


@pytest.mark.parametrize("experiment", [observed_function, broken_function])
def test_a_function_that_is_not_in_python_is_left_alone(account: FakeAccount, experiment: type) -> None:
    # GIVEN
    account.lambda_.runtime = "nodejs22.x"

    # WHEN / THEN
    with pytest.raises(InsideError, match="no Python runtime"), experiment(account.clients):
        pass
    assert account.lambda_.calls == []


def test_what_a_killed_notebook_left_is_put_back(account: FakeAccount) -> None:
    # GIVEN an observed function, an order, and nobody who came to the end of the experiment
    original = account.lambda_.archive
    killed = observed_function(account.clients), own_orders(account.clients)
    killed[0].__enter__()
    killed[1].__enter__().write()
    account.dynamodb.items["4711"] = {"orderid": {"S": "4711"}}

    # WHEN
    (put_back, cancelled) = recover(account.clients)

    # THEN
    assert put_back == f"code and handler {TRUE_HANDLER}"
    assert cancelled.startswith("order inside-")
    assert (account.lambda_.archive, account.lambda_.handler) == (original, TRUE_HANDLER)
    assert list(account.dynamodb.items) == ["4711"]


def test_a_handler_that_a_killed_notebook_broke_is_put_back(account: FakeAccount) -> None:
    # GIVEN
    killed = broken_function(account.clients)
    killed.__enter__()

    # WHEN
    done = recover(account.clients)

    # THEN
    assert (done, account.lambda_.handler) == ([f"handler {TRUE_HANDLER}"], TRUE_HANDLER)


def test_without_a_killed_notebook_there_is_nothing_to_put_back(account: FakeAccount) -> None:
    assert (recover(account.clients), account.lambda_.calls) == ([], [])


def test_files_are_added_to_a_zip_file_and_none_is_changed() -> None:
    # WHEN
    changed = with_files(archive(handler="old"), {"new.py": b"new"})

    # THEN
    with zipfile.ZipFile(io.BytesIO(changed)) as zip_file:
        assert {name: zip_file.read(name) for name in zip_file.namelist()} == {
            "handler.py": b"old",
            "new.py": b"new",
        }


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (None, "https://awslambda.s3.amazonaws.com/snapshots/f?Signature=x"),
        ("http://localstack:4566", "http://localstack:4566/snapshots/f?Signature=x"),
    ],
)
def test_code_is_fetched_where_the_sandbox_is(endpoint: str | None, expected: str) -> None:
    assert reachable("https://awslambda.s3.amazonaws.com/snapshots/f?Signature=x", endpoint) == expected
