"""Reads and changes the function's code and handler."""

import io
import urllib.request
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bootstrap import names

from .clients import Clients
from .errors import InsideError
from .polling import wait_until

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

TIMEOUT_SECONDS = 60.0


def configuration(clients: Clients) -> "FunctionConfigurationResponseTypeDef":
    return clients.lambda_.get_function_configuration(FunctionName=names.FUNCTION_NAME)


def handler(clients: Clients) -> str:
    """Return the handler of a function written in Python.

    Raises:
        InsideError: it is written in something else.
    """
    found = configuration(clients)
    if not found.get("Runtime", "").startswith("python"):
        raise InsideError(
            f"function {names.FUNCTION_NAME} has no Python runtime: only such a function can be observed"
        )
    return found["Handler"]


def set_handler(clients: Clients, name: str) -> None:
    """Have the function call another handler; return when that is in force."""
    clients.lambda_.update_function_configuration(FunctionName=names.FUNCTION_NAME, Handler=name)
    _wait_until_updated(clients)


def code(clients: Clients) -> bytes:
    """Return the function's zip file, whoever wrote it."""
    location = clients.lambda_.get_function(FunctionName=names.FUNCTION_NAME)["Code"]["Location"]
    with urllib.request.urlopen(reachable(location, clients.endpoint), timeout=30) as answer:
        content: bytes = answer.read()
    return content


def set_code(clients: Clients, archive: bytes) -> None:
    """Replace the function's zip file; return when it is in force."""
    clients.lambda_.update_function_code(FunctionName=names.FUNCTION_NAME, ZipFile=archive)
    _wait_until_updated(clients)


def reachable(location: str, endpoint: str | None) -> str:
    """Return a presigned address at the sandbox's endpoint: the one in it need not be known on this machine."""
    if endpoint is None:
        return location
    here = urlsplit(endpoint)
    return urlsplit(location)._replace(scheme=here.scheme, netloc=here.netloc).geturl()


def with_files(archive: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return a zip file with more files at its top."""
    changed = io.BytesIO(archive)
    with zipfile.ZipFile(changed, "a", zipfile.ZIP_DEFLATED) as zip_file:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o100644 << 16
            zip_file.writestr(member, content)
    return changed.getvalue()


def _wait_until_updated(clients: Clients) -> None:
    def is_updated() -> bool:
        found: dict[str, Any] = {**configuration(clients)}
        return found.get("LastUpdateStatus") != "InProgress" and found.get("State") == "Active"

    wait_until(f"function {names.FUNCTION_NAME} to be updated", is_updated, TIMEOUT_SECONDS)
