"""Why a value does not become a column's value."""


class MismatchError(Exception):
    """A record does not fit the schema; the text is what the error object says."""

    @classmethod
    def because(cls, reason: str) -> "MismatchError":
        """Return the error in the words that AWS begins most of them with."""
        return cls(f"Data does not match the schema. {reason}")

    @classmethod
    def input_string(cls, text: str) -> "MismatchError":
        """Return the error for a text that is no value of the column's type."""
        return cls.because(f'For input string: "{text}"')


class InexactNumberError(Exception):
    """A value needs a number as it was written, and it was read as a binary floating-point number."""
