"""What comes between the source and the target: a function or a workflow whose answer replaces the events.

https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
"""

from collections.abc import Sequence

from emulator.pipes.errors import TargetError
from emulator.pipes.invocation import Invocable, json_answer, json_array
from emulator.pipes.json_data import json_data
from emulator.pipes.target import ChangedPayload, Exchange, Payload

MAXIMUM_RESPONSE_BYTES = 6 * 1024 * 1024


class Enrichment:
    """Invoked synchronously with the JSON array of the batch."""

    def __init__(self, invocable: Invocable) -> None:
        self._invocable = invocable

    def enrich(self, payloads: Sequence[Payload], exchange: Exchange) -> list[Payload]:
        """Return the events of the answer; none when the answer is empty, and the batch is done then.

        Raises:
            TargetError: the enrichment failed, or its answer is larger than 6 MB.
        """
        answer = self._invocable.invoke(json_array(payloads), exchange)
        if len(answer) > MAXIMUM_RESPONSE_BYTES:
            raise TargetError(
                f"The enrichment's response has {len(answer)} bytes; at most {MAXIMUM_RESPONSE_BYTES} are allowed"
            )
        document = json_answer(answer)
        # `""`, `{}`, `[]` and null are empty; false and 0 are values.
        if document is None or document in ("", {}, []):
            return []
        events = document if isinstance(document, list) else [document]
        return [ChangedPayload(event, json_data(event)) for event in events]
