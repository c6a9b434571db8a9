"""How many pipes there may be.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
"""

MAXIMUM_PIPES = 1000
SERVICE_CODE = "pipes"
# AWS does not document the code of this quota.
QUOTA_CODE = "PipesPerAccount"


class QuotaExceededError(Exception):
    """An account has as many pipes in a region as it may have."""


def check_quota(count: int) -> None:
    """Refuse one more pipe than `count` if that is too many.

    Raises:
        QuotaExceededError: there are as many already as there may be.
    """
    if count >= MAXIMUM_PIPES:
        raise QuotaExceededError(
            f"The account has reached its quota of {MAXIMUM_PIPES} pipes in this region."
        )
