"""Measures the parts of the sandbox on this machine: `python -m benchmarks [NAME ...]`, all of them without a name."""

import argparse

from benchmarks import chain, firehose, functions, lake, pipes, soak, streams

BENCHMARKS = {
    "chain": chain.run,
    "streams": streams.run,
    "pipes": pipes.run,
    "firehose": firehose.run,
    "functions": functions.run,
    "lake": lake.run,
    "soak": soak.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {unknown[0]}: choose from {', '.join(BENCHMARKS)}")
    for name in arguments.names or BENCHMARKS:
        print(f"{name}:", flush=True)
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
