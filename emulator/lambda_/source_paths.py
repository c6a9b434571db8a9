"""Makes tracebacks name a function's files as Lambda does, below /var/task and /opt.

Standard library alone: the launcher loads it by path.
"""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from types import CodeType
from typing import Any


def show_lambda_paths(roots: Mapping[str, str]) -> None:
    """Have tracebacks, and syntax errors, name files below each directory as Lambda does.

    Code keeps the path that can be opened: libraries look for files beside their caller's.
    """
    _name_frames(roots)

    class LambdaSourceLoader(SourceFileLoader):
        """Loads a module from its file; a syntax error has another name of it."""

        def source_to_code(self, data: Any, path: Any, **options: Any) -> CodeType:  # type: ignore[override]
            try:
                return super().source_to_code(data, path, **options)
            except SyntaxError as error:
                error.filename = lambda_path(os.fsdecode(path), roots)
                raise

    make_finder = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (LambdaSourceLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )
    sys.path_hooks.insert(0, _hook_for(roots, make_finder))
    sys.path_importer_cache.clear()


def _name_frames(roots: Mapping[str, str]) -> None:
    original = traceback.FrameSummary.__init__

    def __init__(frame: traceback.FrameSummary, *arguments: Any, **options: Any) -> None:
        original(frame, *arguments, **options)
        name = lambda_path(frame.filename, roots)
        if name != frame.filename:
            frame.line  # noqa: B018 - it is looked up by the name that can be opened, and kept
            frame.filename = name

    traceback.FrameSummary.__init__ = __init__  # type: ignore[assignment,method-assign]


def lambda_path(path: str, roots: Mapping[str, str]) -> str:
    """Lambda's name of a file; a path below none of the directories stays what it is."""
    for directory, name in roots.items():
        if path == directory or path.startswith(directory + os.sep):
            return name + path.removeprefix(directory)
    return path


def _hook_for(roots: Mapping[str, str], make_finder: Callable[[str], Any]) -> Callable[[str], Any]:
    def hook(path: str) -> Any:
        if lambda_path(path, roots) == path:
            raise ImportError(path)
        return make_finder(path)

    return hook
