"""What jq queries may do: no reading of the emulator's environment, no holding up of the emulator.

https://jqlang.org/manual/v1.6/
"""

import gc
import os
import weakref
from typing import Any

import pytest

from emulator.firehose.jq_process import QueryProcess
from emulator.firehose.jq_query import compile_query


@pytest.mark.parametrize(
    ("query", "results"),
    [
        pytest.param("{a: .a}", [{"a": 5}], id="object"),
        pytest.param("# comment\n{a: .a} # comment", [{"a": 5}], id="comments"),
        pytest.param(".a, .b, .c", [5, None], id="no more than two results"),
        pytest.param("empty", [], id="no result"),
        pytest.param("def twice: . * 2; {a: .a | twice}", [{"a": 10}], id="function"),
        pytest.param("{a: [range(.a)] | add}", [{"a": 10}], id="loop that ends"),
        pytest.param("repeat(.a)", [5, 5], id="only what is asked for is made"),
        pytest.param('{a: "注文 def"}', [{"a": "注文 def"}], id="word in a text"),
    ],
)
def test_query_is_applied(query: str, results: list[Any]) -> None:
    compiled = compile_query(query)

    # Twice, because a process answers more than once.
    assert [compiled.results('{"a":5}'), compiled.results('{"a": 5}')] == [results, results]


@pytest.mark.parametrize("query", ["env", "$ENV", "def f: env; f", "def f: $ENV; f"])
def test_environment_is_empty(query: str) -> None:
    assert os.environ
    assert compile_query(query).results("{}") == [{}]


@pytest.mark.parametrize("query", ["{a: .a", "", 'import "a" as $a; .', "nothing"])
def test_text_that_is_no_query_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="jq: "):
        compile_query(query).results("{}")


@pytest.mark.parametrize("query", [".a | keys", "def f: .a | keys; f"])
def test_failing_query_says_why(query: str) -> None:
    with pytest.raises(ValueError, match="has no keys"):
        compile_query(query).results('{"a":5}')


def test_query_that_does_not_end_fails_and_the_next_record_is_answered() -> None:
    # GIVEN a query that never ends for some records
    query = QueryProcess("def f: f; if .endless then f else .a end", timeout_seconds=3)

    # WHEN it is applied to one of them, THEN it fails
    with pytest.raises(ValueError, match="did not end within 3 seconds"):
        query.results('{"endless":true}')

    # WHEN it is applied to another one, THEN it answers
    assert query.results('{"a":"' + "x" * 300_000 + '"}') == ["x" * 300_000]


def test_query_that_takes_all_memory_fails() -> None:
    query = QueryProcess('"x" * 2000000000')

    with pytest.raises(ValueError, match="the query ended its process"):
        query.results("{}")


def test_process_ends_with_its_query() -> None:
    # GIVEN a query that has a process
    query = QueryProcess(".")
    assert query.results("1") == [1]
    process = query._process
    assert process is not None
    assert process.poll() is None

    # WHEN nothing needs it any more
    gone = weakref.ref(query)
    del query
    gc.collect()

    # THEN the process has ended
    assert (gone(), process.poll() is None) == (None, False)
