"""Record ids, as producers and as functions see them; on AWS, too, they are not the same."""

import base64
import itertools
import os

from emulator.firehose.clock import Clock


class DirectPutRecordIds:
    """Makes ids for functions, each 56 digits and six zeroes, all different; safe for threads."""

    def __init__(self, clock: Clock) -> None:
        self._first = round(clock.time() * 1000)
        self._numbers = itertools.count()

    def next(self) -> str:
        """Return the next id."""
        return f"49{self._first:020d}{next(self._numbers):034d}000000"


def response_record_id() -> str:
    """Return an id for a producer."""
    return base64.b64encode(os.urandom(165)).decode("ascii")
