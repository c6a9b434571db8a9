"""What a CreateStream asks for."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import ServiceError
from emulator.kinesis.quota import Quotas
from emulator.kinesis.record_size import DEFAULT_RECORD_KIB, refuse_warm_throughput
from emulator.kinesis.tags import check_tags


@dataclass(frozen=True, slots=True)
class NewStream:
    """A data stream to be made; with no shards given it is an on-demand one."""

    stream_name: str
    shard_count: int
    stream_mode: dict[str, str]
    tags: dict[str, str]
    max_record_size_in_kib: int


def new_stream(
    request: Mapping[str, Any], account_id: str, taken_names: Container[str], quotas: Quotas
) -> NewStream:
    """Return the stream that a request asks for.

    Raises:
        ServiceError: its name is taken, a setting cannot be, or the account has as much as it may have.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    """
    refuse_warm_throughput(request.get("WarmThroughputMiBps"))
    name = request["StreamName"]
    if name in taken_names:
        raise ServiceError(
            "ResourceInUseException", f"Stream {name} under account {account_id} already exists."
        )
    tags = dict(request.get("Tags") or {})
    check_tags(f"stream {name} under account {account_id}", tags)
    shard_count = request.get("ShardCount") or 0
    mode = request.get("StreamModeDetails") or {"StreamMode": "PROVISIONED" if shard_count else "ON_DEMAND"}
    if mode["StreamMode"] == "ON_DEMAND":
        quotas.check_on_demand_stream()
    elif not shard_count:
        raise ServiceError(
            "InvalidArgumentException", "ShardCount is required for a stream in the PROVISIONED mode."
        )
    else:
        quotas.check_shards(shard_count)
    size = request.get("MaxRecordSizeInKiB") or DEFAULT_RECORD_KIB
    return NewStream(name, shard_count, dict(mode), tags, size)
