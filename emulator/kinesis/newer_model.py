"""What Kinesis's API model has gained since the one that LocalStack reads, as JSON patches of it.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
"""

from typing import Any, Final

_ERRORS = (
    "ResourceInUseException",
    "ResourceNotFoundException",
    "LimitExceededException",
    "InvalidArgumentException",
    "AccessDeniedException",
    "ValidationException",
)
_ADDED: dict[str, Any] = {
    "/shapes/MaxRecordSizeInKiB": {"type": "integer", "min": 1024, "max": 10240},
    "/shapes/NaturalIntegerObject": {"type": "integer", "min": 0},
    "/shapes/CreateStreamInput/members/MaxRecordSizeInKiB": {"shape": "MaxRecordSizeInKiB"},
    "/shapes/CreateStreamInput/members/WarmThroughputMiBps": {"shape": "NaturalIntegerObject"},
    "/shapes/UpdateStreamModeInput/members/WarmThroughputMiBps": {"shape": "NaturalIntegerObject"},
    "/shapes/StreamDescriptionSummary/members/MaxRecordSizeInKiB": {"shape": "MaxRecordSizeInKiB"},
    "/shapes/UpdateMaxRecordSizeInput": {
        "type": "structure",
        "required": ["MaxRecordSizeInKiB"],
        "members": {
            "StreamARN": {"shape": "StreamARN", "contextParam": {"name": "StreamARN"}},
            "MaxRecordSizeInKiB": {"shape": "MaxRecordSizeInKiB"},
        },
    },
    "/operations/UpdateMaxRecordSize": {
        "name": "UpdateMaxRecordSize",
        "http": {"method": "POST", "requestUri": "/"},
        "input": {"shape": "UpdateMaxRecordSizeInput"},
        "errors": [{"shape": error} for error in _ERRORS],
    },
}
# By the name under which the loader of LocalStack knows the model.
PATCHES: Final = {
    "kinesis/2013-12-02/service-2": [
        {"op": "add", "path": path, "value": value} for path, value in _ADDED.items()
    ]
}
