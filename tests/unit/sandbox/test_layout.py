"""Where the sandbox keeps its files on the host."""

from pathlib import Path

from sandbox.layout import SOCKET_PATH_BYTES, Layout, layout


def test_everything_is_below_the_project_s_own_folder() -> None:
    subject = layout({})
    assert subject.data == subject.root / ".sandbox"


def test_socket_is_beside_the_other_files_where_its_path_is_short_enough() -> None:
    assert Layout(Path("/p"), Path("/p/.sandbox")).socket() == Path("/p/.sandbox/supervisor.sock")


def test_socket_of_a_deep_folder_has_a_short_path_of_its_own() -> None:
    # GIVEN
    deep = [Layout(Path("/p"), Path("/p") / (name * 60)) for name in ("é", "è")]
    # WHEN
    sockets = {subject.socket() for subject in deep}
    # THEN
    assert len(sockets) == 2
    assert all(len(bytes(path)) <= SOCKET_PATH_BYTES for path in sockets)


def test_folder_with_other_files_is_not_taken_over(tmp_path: Path) -> None:
    # GIVEN
    subject = Layout(Path("/p"), tmp_path)
    assert not subject.holds_other_files()
    # WHEN
    (tmp_path / "thesis.txt").touch()
    # THEN
    assert subject.holds_other_files()
    # WHEN
    subject.lock.touch()
    # THEN
    assert not subject.holds_other_files()
