"""How far the records read from one shard have been dealt with."""


class Checkpoint:
    """The last sequence number up to which every record read from a shard is settled.

    A record is settled once its bytes are in S3 or under the error output prefix, or once it was Dropped; with
    a backup, once it is there too. Records may settle in any order; the checkpoint never passes one that has not.
    """

    def __init__(self) -> None:
        self._last_read: str | None = None
        # Unsettled sequence number -> [the one read before it, how often it is still to be settled].
        self._unsettled: dict[str, tuple[str | None, int]] = {}

    @property
    def sequence_number(self) -> str | None:
        """The checkpoint; None while nothing has been settled."""
        for previous, _ in self._unsettled.values():
            return previous
        return self._last_read

    @property
    def last_read(self) -> str | None:
        """The last sequence number read, settled or not: where reading goes on."""
        return self._last_read

    def __len__(self) -> int:
        return len(self._unsettled)

    def read(self, sequence_number: str, times: int = 1) -> None:
        """Note a record that was read and is to be settled `times` times; never, if nothing came of it."""
        if times:
            self._unsettled[sequence_number] = (self._last_read, times)
        self._last_read = sequence_number

    def settle(self, sequence_number: str) -> None:
        """Note once that a record is dealt with."""
        previous, times = self._unsettled[sequence_number]
        if times > 1:
            self._unsettled[sequence_number] = (previous, times - 1)
        else:
            del self._unsettled[sequence_number]
