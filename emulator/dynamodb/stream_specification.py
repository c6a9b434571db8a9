"""What CreateTable and UpdateTable may say of a table's stream.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html
"""

from collections.abc import Mapping
from typing import Any

from emulator.dynamodb.refusal import validation_error
from emulator.errors import ServiceError

VIEW_TYPES = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
_INVALID = "One or more parameter values were invalid: "


def check_creation(specification: Mapping[str, Any] | None) -> None:
    """Refuse a specification that has no view type for its stream, or one without a stream.

    Raises:
        ServiceError: it does not fit together, or the view type is none of DynamoDB's.
    """
    _check(specification, f"{_INVALID}Table is being created with a stream disabled")


def check_update(specification: Mapping[str, Any] | None, table_name: str, has_stream: bool) -> None:
    """Refuse what CreateTable refuses, another stream where there is one, and no stream where there is none.

    Raises:
        ServiceError: as said.
    """
    if specification is None:
        return
    _check(specification, f"{_INVALID}Table is being updated with a stream disabled")
    if specification["StreamEnabled"] and has_stream:
        raise validation_error(f"Table already has an enabled stream: TableName: {table_name}")
    if not specification["StreamEnabled"] and not has_stream:
        raise validation_error(f"Table has no stream to disable: TableName: {table_name}")


def _check(specification: Mapping[str, Any] | None, disabled: str) -> None:
    if specification is None:
        return
    enabled, view_type = specification.get("StreamEnabled"), specification.get("StreamViewType")
    faults = []
    if view_type is not None and view_type not in VIEW_TYPES:
        faults.append(
            f"Value '{view_type}' at 'streamSpecification.streamViewType' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(VIEW_TYPES)}]"
        )
    if enabled is None:
        faults.append(
            "Value null at 'streamSpecification.streamEnabled' failed to satisfy constraint: "
            "Member must not be null"
        )
    if faults:
        raise _detected(faults)
    if enabled and view_type is None:
        raise validation_error(f"{_INVALID}If stream is being enabled then UpdateViewType is required")
    if not enabled and view_type is not None:
        raise validation_error(f"{disabled}, UpdateViewType should not be specified")


def _detected(faults: list[str]) -> ServiceError:
    plural = "s" if len(faults) > 1 else ""
    return validation_error(f"{len(faults)} validation error{plural} detected: {'; '.join(faults)}")
