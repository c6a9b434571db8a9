"""What can go wrong with the whole lake; what is wrong with one object is a `Problem` of the catalog."""


class LakeError(Exception):
    """The bucket cannot be read; the message says why and what to do."""
