"""Settings of newer API models: refused by name, not passed over.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
"""

import json

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.unbuilt import refuse_unbuilt

JSON, CBOR = "application/x-amz-json-1.1", "application/x-amz-cbor-1.1"


@pytest.mark.parametrize(
    "setting", [{"MaxRecordSizeInKiB": 2048}, {"WarmThroughputMiBps": 1}, {"MaxRecordSizeInKiB": None}]
)
def test_a_setting_that_is_not_built_is_refused_by_name(setting: dict[str, object]) -> None:
    (name,) = setting
    bodies = {JSON: json.dumps({"StreamName": "orders", **setting}).encode(), CBOR: b"\xa1r" + name.encode()}

    for content_type, body in bodies.items():
        with pytest.raises(ServiceError) as raised:
            refuse_unbuilt(content_type, body)
        assert (raised.value.code, raised.value.message.partition(" ")[0]) == (
            "InvalidArgumentException",
            name,
        )


def test_the_settings_there_are_pass_and_so_does_the_default_size() -> None:
    refuse_unbuilt(JSON, b'{"StreamName": "orders", "ShardCount": 1, "MaxRecordSizeInKiB": 1024}')
    refuse_unbuilt(CBOR, b"\xa1jStreamNameforders")
