"""What GetRecords returns, as records of the delivery stream."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.aggregation import deaggregate
from emulator.firehose.record import KinesisRecordMetadata, Record


def records_from(shard_id: str, entry: Mapping[str, Any]) -> list[Record]:
    """Return the record, or those that it is an aggregate of: they share its sequence number."""
    sequence_number = entry["SequenceNumber"]
    arrival = round(entry["ApproximateArrivalTimestamp"].timestamp() * 1000)
    packed = deaggregate(entry["Data"])
    if packed is None:
        packed = [(entry["PartitionKey"], entry["Data"])]
    return [
        Record(
            f"{sequence_number}{subsequence_number:06d}",
            data,
            arrival,
            KinesisRecordMetadata(sequence_number, partition_key, shard_id, subsequence_number),
        )
        for subsequence_number, (partition_key, data) in enumerate(packed)
    ]
