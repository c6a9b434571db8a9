"""Showing log files that grow and are rotated."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.log import LogFile, show_logs


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogFile]:
    with closing(LogFile(tmp_path / "a.log")) as subject:
        yield subject


def test_last_lines_of_each_part_are_shown_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    (tmp_path / "localstack.log").write_text("one\ntwo\nthree\n")
    (tmp_path / "generator.log").write_text("four\n")
    # WHEN
    show_logs(tmp_path, ["localstack", "generator", "notebooks"], 2, follow=False)
    # THEN
    assert capsys.readouterr().out.splitlines() == [
        "localstack | two",
        "localstack | three",
        "generator  | four",
    ]


def test_new_lines_are_those_added_since_and_only_when_complete(tmp_path: Path, log: LogFile) -> None:
    # GIVEN
    path = tmp_path / "a.log"
    path.write_text("one\n")
    assert log.tail(10) == ["one"]
    # WHEN
    with path.open("a") as file:
        file.write("two\nthr")
    # THEN
    assert log.new_lines() == ["two"]
    # WHEN
    with path.open("a") as file:
        file.write("ee\n")
    # THEN
    assert log.new_lines() == ["three"]


def test_rotated_file_is_read_to_its_end_and_then_its_successor(tmp_path: Path, log: LogFile) -> None:
    # GIVEN
    path = tmp_path / "a.log"
    path.write_text("one\n")
    log.tail(10)
    # WHEN
    with path.open("a") as file:
        file.write("two\n")
    path.rename(tmp_path / "a.log.1")
    path.write_text("three\n")
    # THEN
    assert log.new_lines() == ["two", "three"]


def test_file_that_appears_later_is_followed(tmp_path: Path, log: LogFile) -> None:
    assert log.tail(10) == []
    # WHEN
    (tmp_path / "a.log").write_text("one\n")
    # THEN
    assert log.new_lines() == ["one"]
