"""What the control of the sandbox reports to its user instead of a traceback."""


class SandboxError(Exception):
    """The command cannot be carried out; the message says why and what to do next."""
