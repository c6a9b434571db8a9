"""StateReason of a pipe that is in the state it should be in; the reasons of failures come with the failures."""

from emulator.pipes.pipe import PipeDefinition, StreamParameters

# Recorded on AWS: after StartPipe and StopPipe, after the creation and updates of a pipe that reads a queue, and after
# those of a pipe that reads a stream, whether it has processed records or not.
USER_INITIATED = "User initiated"
_QUEUE_SETTLED = "USER_INITIATED"
_STREAM_SETTLED = "No records processed"


def defined_reason(definition: PipeDefinition) -> str:
    """Return the reason after a creation or an update."""
    return _STREAM_SETTLED if isinstance(definition.source_parameters, StreamParameters) else _QUEUE_SETTLED
