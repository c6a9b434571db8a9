"""What a table may be told of its stream, with the messages of AWS.

Taken from ScyllaDB's tests of streams, which are run against AWS too, and the recorded refusals of AWS that the
controllers for Kubernetes keep.
"""

from typing import Any

import pytest

from emulator.dynamodb import stream_specification
from emulator.errors import ServiceError

ON = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
OFF = {"StreamEnabled": False}


@pytest.mark.parametrize(
    ("specification", "has_stream", "message"),
    [
        (ON, True, "Table already has an enabled stream: TableName: Orders"),
        (OFF, False, "Table has no stream to disable: TableName: Orders"),
        ({"StreamEnabled": True}, False, "If stream is being enabled then UpdateViewType is required"),
        ({"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}, True, "UpdateViewType should not be"),
        (
            {"StreamEnabled": True, "StreamViewType": "Fisk"},
            False,
            "'Fisk' at 'streamSpecification.streamView",
        ),
        ({"StreamViewType": "KEYS_ONLY"}, False, "Value null at 'streamSpecification.streamEnabled'"),
    ],
)
def test_an_update_that_does_not_fit_the_stream_is_refused(
    specification: dict[str, Any], has_stream: bool, message: str
) -> None:
    with pytest.raises(ServiceError, match=message) as raised:
        stream_specification.check_update(specification, "Orders", has_stream)

    assert raised.value.code == "ValidationException"


def test_an_update_that_fits_the_stream_or_leaves_it_is_not_refused() -> None:
    for specification, has_stream in ((ON, False), (OFF, True), (None, True), (None, False)):
        stream_specification.check_update(specification, "Orders", has_stream)


def test_a_table_is_created_without_a_view_type_of_no_stream() -> None:
    with pytest.raises(ServiceError) as raised:
        stream_specification.check_creation({"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"})

    assert raised.value.message == (
        "One or more parameter values were invalid: Table is being created with a stream disabled, "
        "UpdateViewType should not be specified"
    )
    stream_specification.check_creation(OFF)
