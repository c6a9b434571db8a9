"""The clients that the data plane is given: boto3's methods, as far as they are used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Response = Mapping[str, Any]


class S3Client(Protocol):
    """Writes objects."""

    def put_object(self, *args: Any, **kwargs: Any) -> Response: ...


class LambdaClient(Protocol):
    """Invokes functions."""

    def invoke(self, *args: Any, **kwargs: Any) -> Response: ...


class KinesisClient(Protocol):
    """Reads data streams."""

    def list_shards(self, *args: Any, **kwargs: Any) -> Response: ...

    def get_shard_iterator(self, *args: Any, **kwargs: Any) -> Response: ...

    def get_records(self, *args: Any, **kwargs: Any) -> Response: ...


class CloudWatchClient(Protocol):
    """Takes metrics."""

    def put_metric_data(self, *args: Any, **kwargs: Any) -> Any: ...


class LogsClient(Protocol):
    """Takes log events."""

    def put_log_events(self, *args: Any, **kwargs: Any) -> Response: ...


class GlueClient(Protocol):
    """Reads tables."""

    def get_table(self, *args: Any, **kwargs: Any) -> Response: ...

    def get_table_version(self, *args: Any, **kwargs: Any) -> Response: ...


@dataclass(frozen=True, slots=True)
class Clients:
    """Every client that a delivery stream needs; `kinesis` only with a data stream as source, `glue` to convert."""

    s3: S3Client
    function: LambdaClient
    cloudwatch: CloudWatchClient
    logs: LogsClient
    kinesis: KinesisClient | None = None
    glue: GlueClient | None = None
