"""What CreatePipe and UpdatePipe refuse, whatever the pipe's state."""


class InvalidRequestError(ValueError):
    """A request that is answered with ValidationException and this message."""


def check_regions(region: str, *arns: str) -> None:
    """Refuse a source or target in another region."""
    for arn in arns:
        parts = arn.split(":")
        if len(parts) > 3 and parts[3] and parts[3] != region:
            raise InvalidRequestError("Creating cross-region pipe is not permitted.")


def arn_parts(arn: str) -> tuple[str, str, str]:
    """Return the service, the account and the resource of an ARN; anything else is its own service."""
    parts = arn.split(":", 5)
    return (parts[2], parts[4], parts[5]) if len(parts) == 6 else (arn, "", "")
