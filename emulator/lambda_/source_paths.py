"""Makes tracebacks name a function's files as Lambda does, below /var/task and /opt.

Standard library alone: the launcher loads it by path.
"""

import os
import sys
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
    """Have modules below each directory compiled under Lambda's name of it.

    `__file__` stays the path that can be opened; a traceback finds the source through the module's loader.
    """

    class LambdaSourceLoader(SourceFileLoader):
        """Loads a module from its file, under another name of the file."""

        def source_to_code(self, data: Any, path: Any, **options: Any) -> CodeType:  # type: ignore[override]
            # A syntax error names the file too.
            return super().source_to_code(data, lambda_path(os.fsdecode(path), roots), **options)

        def get_code(self, fullname: str) -> CodeType | None:
            code = super().get_code(fullname)
            # One from a .pyc file was given the path of its source again.
            return None if code is None else renamed(code, lambda_path(self.path, roots))

    make_finder = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (LambdaSourceLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )
    sys.path_hooks.insert(0, _hook_for(roots, make_finder))
    sys.path_importer_cache.clear()


def lambda_path(path: str, roots: Mapping[str, str]) -> str:
    """Lambda's name of a file; a path below none of the directories stays what it is."""
    for directory, name in roots.items():
        if path == directory or path.startswith(directory + os.sep):
            return name + path.removeprefix(directory)
    return path


def renamed(code: CodeType, file_name: str) -> CodeType:
    """The same code, functions and classes in it included, with another file's name."""
    if code.co_filename == file_name:
        return code
    constants = tuple(
        renamed(constant, file_name) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    )
    return code.replace(co_filename=file_name, co_consts=constants)


def _hook_for(roots: Mapping[str, str], make_finder: Callable[[str], Any]) -> Callable[[str], Any]:
    def hook(path: str) -> Any:
        if lambda_path(path, roots) == path:
            raise ImportError(path)
        return make_finder(path)

    return hook
