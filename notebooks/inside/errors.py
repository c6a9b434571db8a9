"""What can go wrong with an experiment."""


class InsideError(Exception):
    """An experiment cannot be made, or what it waits for does not come; the message says why and what to do."""
