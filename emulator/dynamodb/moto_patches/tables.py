"""moto's tables keep and show what DynamoDB's do, and tell of what is written to them."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.utils.patch import patch
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.utilities.utils import get_partition

from emulator.dynamodb import stream_specification, table_description, table_settings, time_to_live
from emulator.dynamodb.change_feed import ChangeFeed
from emulator.dynamodb.lookup import named_table
from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.provider import stream_registry
from emulator.errors import ServiceError


def install() -> None:
    """Change moto's tables and the operations on them."""
    _record_changes()
    _describe_tables()
    _replace_time_to_live()


def _record_changes() -> None:
    """Make moto's tables write this project's change streams."""

    @patch(Table.set_stream_specification)
    def set_stream_specification(
        original: Callable[..., None], table: Any, specification: Mapping[str, Any] | None
    ) -> None:
        feed = table.stream_shard or ChangeFeed()
        original(table, specification)
        table.stream_shard = feed
        if feed.stream is not None:
            feed.stream.disable()
            feed.stream = None
        if not table.stream_specification["StreamEnabled"]:
            return
        table.latest_stream_label = _new_label()
        feed.stream = ChangeStream(
            table_name=table.name,
            table_arn=table.table_arn,
            key_schema=table.schema,
            view_type=table.stream_specification.get("StreamViewType", "NEW_AND_OLD_IMAGES"),
            label=table.latest_stream_label,
        )
        stream_registry(table.account_id, table.region_name).add(feed.stream)

    @patch(DynamoDBBackend.update_table_streams)
    def update_table_streams(
        original: Callable[..., None], backend: Any, table: Any, specification: Mapping[str, Any]
    ) -> None:
        # The label of a disabled stream stays visible; moto takes it for an enabled one. The request has been checked.
        table.set_stream_specification(specification)

    @patch(DynamoDBBackend.delete_table)
    def delete_table(original: Callable[..., Any], backend: Any, name: str) -> Any:
        deleted = original(backend, name)
        if getattr(deleted, "stream_shard", None) is not None:
            deleted.stream_shard.close()
        return deleted


def _describe_tables() -> None:
    """Make moto's table operations keep and show the settings that it does not have."""

    @patch(Table.describe)
    def describe(original: Callable[..., Any], table: Any, base_key: str = "TableDescription") -> Any:
        return {base_key: table_description.describe(table, original(table, base_key)[base_key])}

    @patch(DynamoHandler.create_table)
    def create_table(original: Callable[..., Any], handler: Any) -> str:
        request = handler.body
        table_settings.check_creation(request)
        stream_specification.check_creation(request.get("StreamSpecification"))
        key_arn = _key_arn(handler.dynamodb_backend, table_settings.requested_key_id(request))
        original(handler)
        table = named_table(handler.dynamodb_backend, request["TableName"])
        table_settings.create(table, request, key_arn)
        return _described(table_description.creating(table.describe()["TableDescription"], request))

    @patch(DynamoHandler.update_table)
    def update_table(original: Callable[..., Any], handler: Any) -> str:
        request = handler.body
        table = named_table(handler.dynamodb_backend, request["TableName"])
        table_settings.check_update(table, request)
        has_stream = table.stream_shard.stream is not None
        stream_specification.check_update(request.get("StreamSpecification"), table.name, has_stream)
        key_arn = _key_arn(handler.dynamodb_backend, table_settings.requested_key_id(request))
        before = table.describe()["TableDescription"]
        original(handler)
        table_settings.update(table, request, key_arn, before, time.time())
        description = table.describe()["TableDescription"]
        return _described(table_description.updating(description, request, before))

    @patch(DynamoHandler.delete_table)
    def delete_table(original: Callable[..., Any], handler: Any) -> str:
        table = named_table(handler.dynamodb_backend, handler.body["TableName"])
        if table.deletion_protection_enabled:
            raise ServiceError(
                "ValidationException",
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first.",
            )
        original(handler)
        return _described(table_description.deleting(table.describe()["TableDescription"]))

    @patch(Table._get_default_encryption_key)
    def _get_default_encryption_key(original: Callable[..., str], *args: Any) -> str:
        # moto's own KMS has keys that this emulator's KMS does not know.
        return table_settings.DEFAULT_KEY


def _described(description: Mapping[str, Any]) -> str:
    return json.dumps({"TableDescription": description})


def _key_arn(backend: Any, key_id: str | None) -> str | None:
    """Return the ARN of a KMS key that is named by its id, ARN or alias."""
    if key_id is None or key_id.startswith("arn:"):
        return key_id
    account_id, region = backend.account_id, backend.region_name
    if not key_id.startswith("alias/"):
        return f"arn:{get_partition(region)}:kms:{region}:{account_id}:key/{key_id}"
    kms = connect_to(aws_access_key_id=account_id, region_name=region).kms
    try:
        return str(kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"])
    except kms.exceptions.NotFoundException as error:
        raise ServiceError("ValidationException", f"KMS validation error: {error}") from error


def _replace_time_to_live() -> None:
    """Make moto's time to live settings refuse what DynamoDB refuses."""

    @patch(DynamoDBBackend.update_time_to_live)
    def update_time_to_live(
        original: Callable[..., None], backend: Any, table_name: str, specification: Mapping[str, Any]
    ) -> None:
        time_to_live.update(named_table(backend, table_name).ttl, specification, table_name)

    @patch(DynamoDBBackend.describe_time_to_live)
    def describe_time_to_live(original: Callable[..., Any], backend: Any, table_name: str) -> Any:
        return named_table(backend, table_name).ttl


def _new_label() -> str:
    """Return a stream label: the moment of enabling with milliseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
