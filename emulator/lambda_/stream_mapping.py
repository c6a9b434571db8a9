"""Event source mappings across shards that end: LocalStack's pollers go on in the children, once."""

from collections.abc import Callable, Iterator
from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller import DynamoDBPoller
from localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller import KinesisPoller
from localstack.services.lambda_.event_source_mapping.pollers.stream_poller import StreamPoller
from localstack.utils.patch import Patch

# Shard id to shard iterator.
Iterators = dict[str, str]


def follow_children() -> None:
    """Have a mapping read each shard once, parents before their children.

    LocalStack's own pollers start on every listed shard again when one of them ends.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    """
    Patch.function(StreamPoller.get_records, _get_records).apply()
    for poller in (DynamoDBPoller, KinesisPoller):
        Patch.function(poller.initialize_shards, _initialize_shards).apply()


def _get_records(original: Callable[..., dict[str, Any]], poller: Any, shard_iterator: str) -> dict[str, Any]:
    page = original(poller, shard_iterator)
    if not page.get("NextShardIterator"):
        _ended(poller).update(
            shard_id for shard_id, iterator in poller.shards.items() if iterator == shard_iterator
        )
    return page


def _initialize_shards(original: Callable[[Any], Iterators], poller: Any) -> Iterators:
    ended = _ended(poller)
    if not ended:
        return _first_shards(poller, original(poller))
    iterators = {shard_id: it for shard_id, it in poller.shards.items() if shard_id not in ended}
    for shard in _listed_shards(poller):
        shard_id, parents = shard["ShardId"], _parents(shard)
        if parents and parents <= ended and shard_id not in ended | iterators.keys():
            answer = poller.source_client.get_shard_iterator(
                **_stream(poller), ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
            )
            iterators[shard_id] = answer["ShardIterator"]
    return iterators


def _first_shards(poller: Any, iterators: Iterators) -> Iterators:
    """Leave children for later whose parents are read from their beginning."""
    if poller.stream_parameters["StartingPosition"] != "TRIM_HORIZON":
        return iterators
    shards = {shard["ShardId"]: _parents(shard) for shard in _listed_shards(poller)}
    return {
        shard_id: iterator
        for shard_id, iterator in iterators.items()
        if not shards.get(shard_id, set()) & shards.keys()
    }


def _ended(poller: Any) -> set[str]:
    ended: set[str] = vars(poller).setdefault("ended_shard_ids", set())
    return ended


def _parents(shard: dict[str, Any]) -> set[str]:
    return {shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if shard.get(name)}


def _listed_shards(poller: Any) -> Iterator[dict[str, Any]]:
    arguments = _stream(poller)
    while True:
        description = poller.source_client.describe_stream(**arguments)["StreamDescription"]
        yield from description["Shards"]
        last = description.get("LastEvaluatedShardId")
        if description.get("HasMoreShards"):
            last = description["Shards"][-1]["ShardId"]
        if not last:
            return
        arguments["ExclusiveStartShardId"] = last


def _stream(poller: Any) -> dict[str, str]:
    return {"StreamArn" if isinstance(poller, DynamoDBPoller) else "StreamARN": poller.source_arn}
