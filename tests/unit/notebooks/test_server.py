"""How the notebook server runs: where it listens, what it serves, and that it asks nobody outside."""

from pathlib import Path

import pytest

from notebooks.server import (
    Address,
    NotebooksError,
    browser_url,
    kernel_path,
    listen_address,
    server_config,
    state_environment,
)


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        (None, Address("127.0.0.1", 9999)),
        ("", Address("127.0.0.1", 9999)),
        ("0.0.0.0", Address("0.0.0.0", 8888)),
        ("0.0.0.0:8000", Address("0.0.0.0", 8000)),
    ],
)
def test_the_server_listens_on_the_published_port_unless_it_is_told_otherwise(
    listen: str | None, address: Address
) -> None:
    assert listen_address(listen, published_port=9999) == address


@pytest.mark.parametrize("listen", ["0.0.0.0:", "0.0.0.0:x", "0.0.0.0:0", "0.0.0.0:65536"])
def test_an_unusable_address_is_named(listen: str) -> None:
    # WHEN
    with pytest.raises(NotebooksError) as refusal:
        listen_address(listen, published_port=9999)

    # THEN
    assert str(refusal.value) == f"NOTEBOOKS_LISTEN={listen} cannot be used: give an address, or address:port"


def test_the_url_opens_the_first_notebook_with_its_token() -> None:
    assert browser_url(9999, "abc") == "http://127.0.0.1:9999/lab/tree/product_sales.ipynb?token=abc"


@pytest.mark.parametrize(
    ("inherited", "path"),
    [(None, "/project/notebooks:/project"), ("/own", "/project/notebooks:/project:/own")],
)
def test_kernels_find_the_packages_beside_the_notebooks(inherited: str | None, path: str) -> None:
    assert kernel_path(Path("/project/notebooks"), inherited) == path


def test_whatever_the_server_writes_lies_in_one_folder(tmp_path: Path) -> None:
    folders = [Path(folder) for folder in state_environment(tmp_path).values()]
    assert {folder.parent for folder in folders} == {tmp_path}
    assert len(set(folders)) == len(folders)


def test_the_server_asks_nobody_outside_and_opens_no_browser(tmp_path: Path) -> None:
    # WHEN
    config = server_config(Address("127.0.0.1", 9999), "abc", tmp_path, is_superuser=False)

    # THEN
    assert config == {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": 9999,
            "port_retries": 0,
            "root_dir": str(tmp_path),
            "open_browser": False,
            "allow_root": False,
            "answer_yes": True,
            "log_level": "WARN",
        },
        "IdentityProvider": {"token": "abc"},
        "ContentsManager": {"hide_globs": ["__pycache__", "*.py", "inside", "lake", "pipeline", "sales"]},
        "KernelManager": {"transport_encryption": "auto"},
        "LanguageServerManager": {"autodetect": False},
        "LabApp": {
            "log_level": "WARN",
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
        },
    }
