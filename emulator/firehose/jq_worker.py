"""The program that `jq_process` runs: each line of its input is a text, each line of its output what jq makes of it.

It is started without the emulator's modules and imports none of them.
"""

import contextlib
import json
import resource
import sys
from itertools import islice

import jq

_MAXIMUM_MEMORY_BYTES = 1024 * 1024 * 1024


def main(query: str) -> None:
    # Not every system can limit it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MAXIMUM_MEMORY_BYTES, _MAXIMUM_MEMORY_BYTES))
    program = jq.compile(query)
    _write("ready")
    for line in sys.stdin.buffer:
        answer: dict[str, object]
        try:
            answer = {"results": list(islice(program.input_text(json.loads(line)), 2))}
        except (ValueError, RecursionError) as error:
            answer = {"error": str(error)}
        _write(answer)


def _write(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
