"""What functions of this emulator can have: its own interpreter's runtime, and what the executor carries out."""

import re
import sys
from collections.abc import Mapping
from typing import Any

PYTHON_RUNTIME = re.compile(r"python3\.\d+")


class NotAvailableError(ValueError):
    """The function asks for something that the emulator would otherwise have to ignore."""


def interpreter_runtime() -> str:
    """The runtime identifier of the interpreter that runs the emulator and every function."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def check_runtime(runtime: str | None) -> None:
    """Raise unless functions of this runtime can run here; `None` stands for a container image."""
    available = f"available: {interpreter_runtime()} (a function of any python3.x runs on it)."
    if runtime is None:
        raise NotAvailableError(f"PackageType Image is not available in this emulator; {available}")
    # A missing runtime is LocalStack's to refuse, as AWS does.
    if runtime and not PYTHON_RUNTIME.fullmatch(runtime):
        raise NotAvailableError(f"Runtime {runtime} is not available in this emulator; {available}")


def check_configuration(request: Mapping[str, Any], function_name: str, hot_reload_bucket: str) -> None:
    """Raise for a field of CreateFunction or UpdateFunctionConfiguration that would have no effect."""
    name = function_name.rpartition("function:")[2].partition(":")[0]
    log_group = request.get("LoggingConfig", {}).get("LogGroup")
    if log_group not in (None, f"/aws/lambda/{name}"):
        raise NotAvailableError(
            f"LoggingConfig.LogGroup {log_group} is not available in this emulator; available: /aws/lambda/{name}."
        )
    if request.get("FileSystemConfigs"):
        raise NotAvailableError("FileSystemConfigs is not available in this emulator.")
    if request.get("Code", {}).get("S3Bucket") == hot_reload_bucket:
        raise NotAvailableError(
            f"Code.S3Bucket {hot_reload_bucket} (reloading from a directory) is not available in this emulator."
        )
