"""Settings of a stream that AWS has and LocalStack's API model, and so this emulator, does not know."""

import json

from emulator.errors import ServiceError

DEFAULT_RECORD_KIB = 1024
_REMEDIES = {
    "MaxRecordSizeInKiB": f"records have at most {DEFAULT_RECORD_KIB} KiB",
    "WarmThroughputMiBps": "the writes of an on-demand stream are not limited",
}


def refuse_unbuilt(content_type: str, body: bytes) -> None:
    """Refuse a CreateStream whose unknown settings LocalStack's parser would pass over.

    Raises:
        ServiceError: a setting is given that is not built.
    """
    if "json" in content_type:
        given = {name: value for name, value in json.loads(body).items() if name in _REMEDIES}
    else:
        given = {name: None for name in _REMEDIES if name.encode() in body}
    for name, value in given.items():
        if (name, value) != ("MaxRecordSizeInKiB", DEFAULT_RECORD_KIB):
            raise ServiceError(
                "InvalidArgumentException", f"{name} is not built here: leave it out; {_REMEDIES[name]}."
            )
