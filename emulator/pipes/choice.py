"""What AWS does not document and this emulator had to choose, in one place; docs/fidelity.md lists it."""

# How long a failed batch, or a source that does not answer, is left alone: AWS "gradually backs off".
RETRY_INITIAL_SECONDS = 0.2
RETRY_MAXIMUM_SECONDS = 10.0

# AWS polls a shard four times a second. An idle shard here is polled at least as often.
POLL_INITIAL_SECONDS = 0.1
POLL_MAXIMUM_SECONDS = 0.25

# How often the list of shards is read again while no shard ends.
SHARD_REFRESH_SECONDS = 10.0

# How often it is checked whether a shard that a thread reads has ended.
SHARD_CHECK_SECONDS = 0.1

# A record that has outlived the stream's retention is given up, with this condition in the dead-letter message.
STREAM_RETENTION_SECONDS = 24 * 60 * 60
RETENTION_CONDITION = "RecordAgeExceeded"

# Error codes of a target that are the service's fault and do not use up a retry attempt.
INTERNAL_ERROR_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "KMSThrottlingException",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

# How many events may wait in one lane of a shard before reading pauses (a batch of the largest size always fits).
LANE_CAPACITY = 1000

# How many events behind a failing one may be delivered by other lanes before reading pauses.
MAXIMUM_EVENTS_BEYOND_CHECKPOINT = 100_000

# How long one call waits for messages of a queue: a stop waits for it.
QUEUE_WAIT_SECONDS = 1
