"""The last lines of `up`, and the table of `status`."""

import pytest

from sandbox import report
from sandbox.report import closing_words, status_table
from sandbox.runner import Part, duration
from sandbox.settings import load_settings

SETTINGS = load_settings({}, dotenv=None)
PARTS = [
    Part("localstack", "running", "1 min 2 s"),
    Part("bootstrap", "done", "ended 55 s ago"),
    Part("generator", "stopped", "3 s"),
]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (3725, "1 h 2 min"),
        (90000, "1 d 1 h"),
        (-1, "0 s"),
    ],
)
def test_duration_is_told_in_its_two_largest_units(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_closing_words_say_where_everything_is_and_what_comes_next() -> None:
    words = closing_words("host", SETTINGS, "secret")
    assert [
        text
        for text in (
            "http://localhost:4566 (region eu-north-1",
            "http://127.0.0.1:8888/lab/tree/product_sales.ipynb?token=secret",
            "s3://product-sales/orders/, up to 15 s after its order",
            "make verify",
            'eval "$(make env)" && awslocal',
            "make down",
        )
        if text not in words
    ] == []


def test_table_shows_each_part_and_what_was_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    monkeypatch.setattr(report, "is_healthy", lambda port: True)
    objects = {"orders/": 1000, "errors/": 0}
    monkeypatch.setattr(report, "delivered_objects", lambda port, bucket, prefix, limit: objects[prefix])
    # WHEN
    table = status_table("host", PARTS, SETTINGS, "secret")
    # THEN
    assert table.splitlines() == [
        "mode: host",
        "part        state    since",
        "localstack  running  1 min 2 s       http://localhost:4566",
        "bootstrap   done     ended 55 s ago",
        "generator   stopped  3 s",
        "objects: 1000 or more in s3://product-sales/orders/, 0 in s3://product-sales/errors/",
    ]


def test_table_says_that_the_endpoint_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    monkeypatch.setattr(report, "is_healthy", lambda port: False)
    monkeypatch.setattr(report, "delivered_objects", lambda *arguments, **named: None)
    # WHEN
    table = status_table("docker", PARTS[:1], SETTINGS, "")
    # THEN
    assert table.splitlines()[2:] == ["localstack  running  1 min 2 s  http://localhost:4566 does not answer"]
