"""Whose turn it is when a write fails: the generator's, to try again, or the user's."""


class UnavailableError(Exception):
    """The table or its endpoint is absent or busy for now; trying again can help."""

    def __init__(self, reason: str, *, may_be_written: bool) -> None:
        super().__init__(reason)
        self.may_be_written = may_be_written


class RefusedError(Exception):
    """The table cannot be written until the user changes something; the message says what."""
