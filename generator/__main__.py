"""`python -m generator`: writes orders to the table until it is stopped or has written enough."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue
from random import Random
from typing import Final

from bootstrap.names import TABLE_NAME
from generator.backoff import Backoff
from generator.change import Shares, draw_changes
from generator.errors import RefusedError
from generator.options import interval_seconds, load_options
from generator.report import HIGHEST_RATE_OF_LINES, Report
from generator.run import ChangeQueue, Generator
from generator.schedule import Schedule, group_size
from sandbox.settings import Settings, SettingsError

# What a call in progress gets to finish once a stop is asked for.
GRACE_SECONDS: Final = 0.6
WRITER_ENDED: Final = 0
OUTPUT_CLOSED: Final = "nobody reads its output"


class Writer(threading.Thread):
    """The thread that writes, so that no call and no wait keeps the main thread from seeing a signal."""

    def __init__(self, settings: Settings, ends: "SimpleQueue[int]") -> None:
        super().__init__(name="generator", daemon=True)
        self.stop = threading.Event()
        self.failure: str | None = "it ended by an error of its own"
        self.generator: Generator | None = None
        interval = interval_seconds(settings)
        self.report = Report(
            say, line_per_change=1 / interval <= HIGHEST_RATE_OF_LINES, start=time.monotonic()
        )
        self._settings = settings
        self._ends = ends

    def run(self) -> None:
        """Write until stopped, and note why not when it fails."""
        try:
            self._write()
            self.failure = None
        except RefusedError as error:
            self.failure = str(error)
        except BrokenPipeError:
            # The reader of our output is gone, as after `| head`: there is nobody to tell.
            self.failure = OUTPUT_CLOSED
        finally:
            self._ends.put(WRITER_ENDED)

    def _write(self) -> None:
        # boto3 takes a while to import, and a signal must not have to wait for it.
        from generator.client import create_client
        from generator.table import OrderTable

        settings = self._settings
        interval = interval_seconds(settings)
        shares = Shares(
            update=settings.order_update_share,
            cancellation=settings.order_cancellation_share,
            malformed=settings.order_malformed_share,
        )
        self.generator = Generator(
            queue=ChangeQueue(draw_changes(Random(settings.order_seed), shares)),
            table=OrderTable(create_client(settings.aws_region), TABLE_NAME),
            schedule=Schedule(interval, time.monotonic()),
            group_size=group_size(interval),
            count=settings.order_count,
            report=self.report,
            backoff=Backoff(Random()),
            now=time.monotonic,
            wait=self.stop.wait,
        )
        self.generator.run()


def say(line: str) -> None:
    """Print a line at once, also where output is a file or a pipe."""
    print(line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the generator and return its exit status: 0 stopped or finished, 1 refused, 2 unusable settings."""
    # A queue of this kind may be put to by a signal handler at any moment; an Event may not.
    ends: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: ends.put(received))
    try:
        settings = load_options(arguments)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2

    writer = Writer(settings, ends)
    writer.start()
    stopped = ends.get() != WRITER_ENDED
    writer.stop.set()
    writer.join(GRACE_SECONDS)
    counts = writer.report.close()
    if not stopped and writer.failure is not None:
        if writer.failure != OUTPUT_CLOSED:
            print(f"Generator gave up: {writer.failure}; {counts}", file=sys.stderr)
        return leave(writer, 1)
    unconfirmed = writer.generator.unconfirmed if writer.generator else 0
    ending = f"; {unconfirmed} more may be: the answer was still to come" if unconfirmed else ""
    say(f"Generator {'stopped on request' if stopped else 'finished'}: {counts}{ending}")
    return leave(writer, 0)


def leave(writer: Writer, status: int) -> int:
    """Return the exit status, or end the process with it where Python would wait for a call or a closed pipe."""
    if writer.is_alive() or writer.failure == OUTPUT_CLOSED:
        os._exit(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
