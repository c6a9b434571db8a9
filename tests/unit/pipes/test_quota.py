"""How many pipes an account may have in a region.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
"""

import pytest

from emulator.pipes.quota import QuotaExceededError, check_quota


def test_thousandth_pipe_is_the_last() -> None:
    # GIVEN 999 pipes THEN one more may be created
    check_quota(999)

    # GIVEN 1,000 pipes THEN none may
    with pytest.raises(QuotaExceededError, match="1000 pipes"):
        check_quota(1000)
