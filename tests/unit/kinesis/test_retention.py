"""The retention period of a stream: its range and the two operations that set it.

https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.retention import decrease, increase
from tests.unit.kinesis.subject import FakeStream


def test_the_period_goes_up_and_down_within_its_range() -> None:
    stream = FakeStream({})

    increase(stream, 8760)
    assert stream.retention_period_hours == 8760
    decrease(stream, 24)
    assert stream.retention_period_hours == 24
    # The present period is neither shorter nor longer.
    increase(stream, 24)
    decrease(stream, 24)
    assert stream.retention_period_hours == 24


@pytest.mark.parametrize(
    ("hours", "edge"), [(23, "Minimum allowed retention period is 24 hours. "), (8761, "Maximum")]
)
def test_a_period_out_of_range_is_refused(hours: int, edge: str) -> None:
    stream = FakeStream({})

    for change in (increase, decrease):
        with pytest.raises(ServiceError) as raised:
            change(stream, hours)
        assert raised.value.code == "InvalidArgumentException"
        assert raised.value.message.startswith(edge)
    assert stream.retention_period_hours == 24


def test_a_period_in_the_wrong_direction_names_the_stream_and_the_other_operation() -> None:
    # mhart/kinesalite, recorded on AWS
    stream = FakeStream({}, retention_period_hours=48)

    with pytest.raises(ServiceError) as shorter:
        increase(stream, 47)
    with pytest.raises(ServiceError) as longer:
        decrease(stream, 49)

    assert shorter.value.message == (
        "Requested retention period (47 hours) for stream orders can not be shorter than existing retention period "
        "(48 hours). Use DecreaseRetentionPeriod API."
    )
    assert longer.value.message == (
        "Requested retention period (49 hours) for stream orders can not be longer than existing retention period "
        "(48 hours). Use IncreaseRetentionPeriod API."
    )
