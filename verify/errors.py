"""What stops an accounting before it can begin."""


class VerifyError(Exception):
    """The chain cannot be accounted for; the message is one line that names what is wrong and what to do."""
