"""The environment of a function: Lambda's variables and the function's own, nothing of the emulator's."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

# Those of the variables that LocalStack makes which Lambda has too.
LAMBDA_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "_HANDLER",
)
EXEC_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"


def function_environment(
    platform: Mapping[str, str],
    configured: Mapping[str, str],
    *,
    runtime: str,
    runtime_directory: Path,
    task_root: Path,
    layers: Path,
    temporary_directory: Path,
    log_format: str = "Text",
    log_level: str | None = None,
) -> dict[str, str]:
    """The variables of a function's process: defaults a function may set, its own, then those it may not.

    `AWS_ENDPOINT_URL` (in `platform`, unless it is switched off) and `TMPDIR` are the two that Lambda does not set:
    the first leads boto3 to the emulator, the second gives each environment a directory for temporary files. Paths
    below /opt and /var/task in `PYTHONPATH` and `AWS_LAMBDA_EXEC_WRAPPER` lead to the environment's own directories.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    # A layer names its directory for the function's runtime, whatever interpreter that is here.
    site_packages = [
        layers / "python" / "lib" / name / "site-packages" for name in dict.fromkeys((runtime, own))
    ]
    module_paths = [task_root, *site_packages, layers / "python"]
    own_paths = [
        _local_path(path, task_root, layers)
        for path in configured.get("PYTHONPATH", "").split(os.pathsep)
        if path
    ]
    library_paths = [task_root, task_root / "lib", layers / "lib"]
    program_paths = [Path(sys.executable).parent, "/usr/local/bin", "/usr/bin", "/bin", layers / "bin"]
    defaults = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": _join(program_paths),
        "LD_LIBRARY_PATH": _join(library_paths),
        "TMPDIR": str(temporary_directory),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    }
    if "AWS_ENDPOINT_URL" in platform:
        defaults["AWS_ENDPOINT_URL"] = platform["AWS_ENDPOINT_URL"]
    reserved = {name: str(platform[name]) for name in LAMBDA_VARIABLES if name in platform}
    reserved |= {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": str(runtime_directory),
        # The interpreter finds the function's modules before the emulator's.
        "PYTHONPATH": _join([*module_paths, *own_paths]),
    }
    if wrapper := configured.get(EXEC_WRAPPER):
        reserved[EXEC_WRAPPER] = _local_path(wrapper, task_root, layers)
    if log_format == "JSON":
        reserved["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        reserved["AWS_LAMBDA_LOG_LEVEL"] = log_level or "INFO"
    return defaults | dict(configured) | reserved


def _join(paths: Iterable[object]) -> str:
    return os.pathsep.join(map(str, paths))


def _local_path(path: str, task_root: Path, layers: Path) -> str:
    """Where a path of Lambda's file system is here; any other stays what it is."""
    for root, directory in (("/var/task", task_root), ("/opt", layers)):
        if Path(path).is_relative_to(root):
            return str(directory / Path(path).relative_to(root))
    return path
