"""A pipe: its definition, its state and how far it has read."""

from dataclasses import dataclass, field
from datetime import datetime

from emulator.pipes.log_configuration import LogConfiguration
from emulator.pipes.target_parameters import TargetParameters


@dataclass(frozen=True, slots=True)
class StreamParameters:
    """How a stream is read; None for attempts, and None or 0 for the age, means without limit.

    `given` has the names of what the caller gave: DescribePipe shows no other default than the batch size.
    `maximum_record_age_in_seconds` of 0 is what Terraform sends for an age that is not set.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html
    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceKinesisStreamParameters.html
    """

    starting_position: str
    batch_size: int = 100
    maximum_batching_window_in_seconds: int = 0
    parallelization_factor: int = 1
    maximum_retry_attempts: int | None = None
    maximum_record_age_in_seconds: int | None = None
    automatic_bisect: bool = False
    dead_letter_arn: str | None = None
    starting_position_timestamp: datetime | None = None
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QueueParameters:
    """How a queue is read; its redrive policy says what becomes of messages that fail.

    `given` has the names of what the caller gave.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceSqsQueueParameters.html
    """

    batch_size: int = 10
    maximum_batching_window_in_seconds: int = 0
    given: frozenset[str] = frozenset()


SourceParameters = StreamParameters | QueueParameters


@dataclass(frozen=True, slots=True)
class PipeDefinition:
    """What the caller asked for. `filter_patterns` of None means that no filter was ever given."""

    source_arn: str
    target_arn: str
    role_arn: str
    source_parameters: SourceParameters
    target_parameters: TargetParameters
    filter_patterns: tuple[str, ...] | None = None
    description: str | None = None
    log_configuration: LogConfiguration | None = None
    target_template: str | None = None
    enrichment_arn: str | None = None
    enrichment_template: str | None = None
    kms_key_identifier: str | None = None


@dataclass(slots=True)
class Progress:
    """How far each shard has been read: what survives a stop.

    A shard with neither entry is read from its trim horizon. `stream_identity` tells which stream it was.
    """

    checkpoints: dict[str, str] = field(default_factory=dict)
    finished_shard_ids: set[str] = field(default_factory=set)
    starting_position_resolved: bool = False
    stream_identity: str | None = None

    def checkpoint(self, shard_id: str) -> str | None:
        """Return the last sequence number of the shard that needs no delivery any more."""
        return self.checkpoints.get(shard_id)

    def advance(self, shard_id: str, sequence_number: str) -> None:
        """Move the checkpoint of a shard."""
        self.checkpoints[shard_id] = sequence_number

    def finish(self, shard_id: str) -> None:
        """Note that a closed shard has been delivered to its end."""
        self.finished_shard_ids.add(shard_id)
        self.checkpoints.pop(shard_id, None)

    def keep_only(self, shard_ids: set[str]) -> None:
        """Forget the shards that the stream no longer lists."""
        self.finished_shard_ids &= shard_ids
        for shard_id in self.checkpoints.keys() - shard_ids:
            del self.checkpoints[shard_id]


@dataclass(slots=True)
class Pipe:
    """One pipe of an account and region."""

    arn: str
    name: str
    account_id: str
    region: str
    definition: PipeDefinition
    desired_state: str
    current_state: str
    creation_time: datetime
    last_modified_time: datetime
    tags: dict[str, str] = field(default_factory=dict)
    state_reason: str | None = None
    progress: Progress = field(default_factory=Progress)
