"""ListStreams and ListShards: which streams, and which shards of one, a caller sees, page by page."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.errors import ServiceError
from emulator.kinesis.data_plane import Stream
from emulator.kinesis.missing import resolve_shard_id
from emulator.kinesis.shard import Shard

MAXIMUM_SHARDS = 1_000
TOKEN_LIFETIME_SECONDS = 300
# What a token stands for already, in the order in which Kinesis would name it.
_NOT_WITH_A_TOKEN = (
    "StreamName",
    "StreamARN",
    "ExclusiveStartShardId",
    "ShardFilter",
    "StreamCreationTimestamp",
)
MAXIMUM_STREAMS = 100
# As in the API model, and short enough to hold no number that Python will not read.
_SHARD_ID_PATTERN = r"[a-zA-Z0-9_.-]{1,128}"


def list_streams(
    stream_names: Iterable[str],
    exclusive_start_name: str | None = None,
    token: str | None = None,
    limit: int | None = None,
) -> tuple[list[str], str | None]:
    """Return one page of stream names in their order and the token of the next page, if there is one.

    Raises:
        ServiceError: the token was not given out by this operation.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
    """
    if token:
        try:
            exclusive_start_name = base64.b64decode(token, validate=True).decode()
        except ValueError as error:
            raise ServiceError("InvalidArgumentException", "Invalid NextToken.") from error
    names = sorted(
        name for name in stream_names if exclusive_start_name is None or name > exclusive_start_name
    )
    page = names[: min(limit or MAXIMUM_STREAMS, MAXIMUM_STREAMS)]
    more = len(page) < len(names)
    return page, base64.b64encode(page[-1].encode()).decode() if more else None


def list_streams_response(streams: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ListStreams response of an account and region's streams, by their names.

    Raises:
        ServiceError: the token was not given out by this operation.
    """
    names, token = list_streams(
        streams, request.get("ExclusiveStartStreamName"), request.get("NextToken"), request.get("Limit")
    )
    response: dict[str, Any] = {
        "StreamNames": names,
        "HasMoreStreams": token is not None,
        "StreamSummaries": [
            {
                "StreamName": stream.stream_name,
                "StreamARN": stream.arn,
                "StreamStatus": stream.status,
                "StreamModeDetails": stream.stream_mode,
                # A number would be written as one; CBOR has a type of its own for times.
                "StreamCreationTimestamp": datetime.fromtimestamp(stream.creation_datetime, UTC),
            }
            for stream in map(streams.__getitem__, names)
        ],
    }
    return response if token is None else response | {"NextToken": token}


def list_shards_response(
    request: Mapping[str, Any],
    find_stream: Callable[[str | None, str | None], Stream],
    now: float,
    moment: datetime | None,
) -> dict[str, Any]:
    """Return the ListShards response, `moment` being the filter's timestamp to its fraction of a second.

    Raises:
        ServiceError: there is no such stream, the filter or token is malformed, or the token does not come alone.
    """
    start, shard_filter = request.get("ExclusiveStartShardId"), dict(request.get("ShardFilter") or {})
    if moment is not None:
        shard_filter["Timestamp"] = moment
    if token := request.get("NextToken"):
        check_token_alone(request)
        name, start, shard_filter = decode_token(token, now)
        stream = find_stream(name, None)
    elif request.get("StreamName") or request.get("StreamARN"):
        stream = find_stream(request.get("StreamName"), request.get("StreamARN"))
    else:
        raise ServiceError("InvalidArgumentException", "Either NextToken or StreamName should be provided.")
    shards, next_token = list_shards(stream, now, start, shard_filter, request.get("MaxResults"))
    return {"Shards": shards} if next_token is None else {"Shards": shards, "NextToken": next_token}


def list_shards(
    stream: Stream,
    now: float,
    exclusive_start_shard_id: str | None = None,
    shard_filter: Mapping[str, Any] | None = None,
    maximum_results: int | None = None,
    most: int = MAXIMUM_SHARDS,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of shard descriptions and the token of the next page, if there is one.

    A shard that was closed longer ago than the retention is not listed: its records are gone.

    Raises:
        ServiceError: the filter is malformed, or a shard's identifier can be none.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
    """
    horizon = now - stream.retention_period_hours * 3600
    kept = [shard for shard in stream.shards.values() if not shard.closed_before(horizon)]
    kept.sort(key=lambda shard: shard.shard_id)
    shards = _filtered(stream, kept, shard_filter or {}, horizon)
    if exclusive_start_shard_id:
        shards = _after(stream, shards, exclusive_start_shard_id)
    size = min(maximum_results or most, most)
    page = [shard.to_json() for shard in shards[:size]]
    if len(shards) <= size:
        return page, None
    return page, encode_token(stream.stream_name, page[-1]["ShardId"], shard_filter, now)


def encode_token(
    stream_name: str, last_shard_id: str, shard_filter: Mapping[str, Any] | None, now: float
) -> str:
    """Return the token that stands for the next page."""
    values = dict(shard_filter or {})
    if isinstance(values.get("Timestamp"), datetime):
        values["Timestamp"] = values["Timestamp"].timestamp()
    return base64.b64encode(json.dumps([stream_name, last_shard_id, values, now]).encode()).decode()


def decode_token(token: str, now: float) -> tuple[str, str, dict[str, Any]]:
    """Return the stream's name, the last shard listed and the filter of a token.

    Raises:
        ServiceError: the token was not made by `encode_token`, or longer than five minutes ago.
    """
    try:
        stream_name, last_shard_id, shard_filter, issued_at = json.loads(
            base64.b64decode(token, validate=True)
        )
        listed = str(stream_name), _shard_id(last_shard_id), _token_filter(shard_filter)
        age_seconds = now - float(issued_at)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ServiceError("InvalidArgumentException", "Invalid NextToken.") from error
    if age_seconds > TOKEN_LIFETIME_SECONDS:
        raise ServiceError(
            "ExpiredNextTokenException", f"NextToken expired: it lives for {TOKEN_LIFETIME_SECONDS} seconds."
        )
    return listed


def _token_filter(values: Any) -> dict[str, Any]:
    """Return the filter of a token that somebody may have made by hand.

    Raises:
        ValueError, TypeError, OverflowError: a member is not of its type.
    """
    shard_filter = dict(values)
    if not isinstance(shard_filter.get("Type", ""), str):
        raise TypeError("Type")
    if "ShardId" in shard_filter:
        _shard_id(shard_filter["ShardId"])
    if "Timestamp" in shard_filter:
        shard_filter["Timestamp"] = float(shard_filter["Timestamp"])
    return shard_filter


def _shard_id(value: Any) -> str:
    if not re.fullmatch(_SHARD_ID_PATTERN, value):
        raise ValueError(value)
    return str(value)


def check_token_alone(request: Mapping[str, Any]) -> None:
    """Refuse a ListShards that says of a further page what its token says already.

    Raises:
        ServiceError: it does.
    """
    for name in _NOT_WITH_A_TOKEN:
        if request.get(name):
            raise ServiceError(
                "InvalidArgumentException", f"NextToken and {name} cannot be provided together."
            )


def _after(stream: Stream, shards: Iterable[Shard], shard_id: str) -> list[Shard]:
    full_id = resolve_shard_id(stream, shard_id)
    return [shard for shard in shards if shard.shard_id > full_id]


def _filtered(
    stream: Stream, shards: Iterable[Shard], shard_filter: Mapping[str, Any], horizon: float
) -> list[Shard]:
    match shard_filter.get("Type"):
        case None | "FROM_TRIM_HORIZON":
            return list(shards)
        case "AT_LATEST":
            return [shard for shard in shards if shard.is_open]
        case "AFTER_SHARD_ID":
            after = shard_filter.get("ShardId")
            if not after:
                raise ServiceError(
                    "InvalidArgumentException",
                    "ShardId must be specified when ShardFilter Type is AFTER_SHARD_ID.",
                )
            return _after(stream, shards, after)
        case "AT_TRIM_HORIZON":
            return [shard for shard in shards if shard.open_at(horizon)]
        case "AT_TIMESTAMP" | "FROM_TIMESTAMP" as kind:
            moment = shard_filter.get("Timestamp")
            if moment is None:
                raise ServiceError(
                    "InvalidArgumentException",
                    f"Timestamp must be specified when ShardFilter Type is {kind}.",
                )
            seconds = moment.timestamp() if isinstance(moment, datetime) else float(moment)
            if kind == "AT_TIMESTAMP":
                return [shard for shard in shards if shard.open_at(seconds)]
            return [shard for shard in shards if not shard.closed_before(seconds)]
        case unknown:
            raise ServiceError("InvalidArgumentException", f"Invalid ShardFilter Type: {unknown}")
