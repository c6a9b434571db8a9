"""The names that tracebacks give a function's files."""

import subprocess
import sys
from pathlib import Path

import pytest

from emulator.lambda_ import source_paths
from emulator.lambda_.source_paths import lambda_path

ROOTS = {"/scratch/task": "/var/task", "/scratch/opt": "/opt"}
PROGRAM = f"""
import json, runpy, sys, traceback, warnings
show_lambda_paths = runpy.run_path({source_paths.__file__!r})["show_lambda_paths"]
sys.path.insert(0, sys.argv[1])
show_lambda_paths({{sys.argv[1]: "/var/task"}})
import good
try:
    good.fail()
except ValueError as error:
    where = [[frame.filename, frame.line] for frame in traceback.extract_tb(error.__traceback__)[1:]]
try:
    import bad
except SyntaxError as error:
    where.append(error.filename)
print(json.dumps([where, good.__file__, good.found()]))
"""
GOOD = """
import inspect
class A:
    def fail(self):
        raise ValueError
def fail():
    A().fail()
def found():
    return [inspect.getfile(fail), inspect.currentframe().f_code.co_filename]
"""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/scratch/task/package/module.py", "/var/task/package/module.py"),
        ("/scratch/opt/python/module.py", "/opt/python/module.py"),
        ("/scratch/task", "/var/task"),
        ("/scratch/task-more/module.py", "/scratch/task-more/module.py"),
        ("/usr/lib/python3/json.py", "/usr/lib/python3/json.py"),
    ],
)
def test_a_file_has_the_name_that_lambda_gives_it(path: str, name: str) -> None:
    assert lambda_path(path, ROOTS) == name


@pytest.mark.parametrize("times", [1, 2], ids=["compiled", "from the cache of bytecode"])
def test_a_traceback_names_lambdas_files_and_shows_their_lines(tmp_path: Path, times: int) -> None:
    # GIVEN
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text("def (:\n")

    # WHEN
    for _ in range(times):
        answer = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True
        )

    # THEN
    assert answer.stdout == (
        '[[["/var/task/good.py", "A().fail()"], ["/var/task/good.py", "raise ValueError"], "/var/task/bad.py"], '
        f'"{tmp_path}/good.py", ["{tmp_path}/good.py", "{tmp_path}/good.py"]]\n'
    )
