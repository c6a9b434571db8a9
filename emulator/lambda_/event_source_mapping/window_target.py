"""The function at the end of a mapping with tumbling windows."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from emulator.lambda_.event_source_mapping.function_target import FunctionTarget
from emulator.lambda_.event_source_mapping.tumbling_window import DOCUMENT_BYTES, TumblingWindow
from emulator.pipes.batch import MAXIMUM_BATCH_BYTES
from emulator.pipes.event import Event
from emulator.pipes.json_data import json_data


class WindowTarget(FunctionTarget):
    """Invokes a function with each batch and the state of `window`, and keeps the state it returns.

    Without a window it is like any other function. The answer to a batch has to have a `state`, an object; the one
    to the last invocation of a window need not. A state that no invocation could get, as it takes all of a payload, is
    none (AWS does not say). What a report leaves to be repeated gets the state returned with it,
    a batch that failed as a whole the state it was invoked with: AWS says neither.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
    https://aws.amazon.com/blogs/compute/using-aws-lambda-for-streaming-analytics/
    """

    def __init__(
        self,
        client: Any,
        function_arn: str,
        *,
        reports_item_failures: bool,
        on_result: Callable[[str], None],
        shard_id: str,
        source_arn: str,
    ) -> None:
        super().__init__(
            client, function_arn, reports_item_failures=reports_item_failures, on_result=on_result
        )
        self._shard_id = shard_id
        self._source_arn = source_arn
        self.window: TumblingWindow | None = None
        self._final = False
        self._early = False

    def complete(self) -> None:
        """Invoke the function for the last time in the window, with its state and no records.

        Raises:
            TargetError: the function has to be invoked again.
        """
        self._final = True
        try:
            self.send([])
        finally:
            self._final = False

    def terminate_early(self) -> None:
        """Tell the function, without records, that the window goes on with a fresh state, and see to it.

        Raises:
            TargetError: the function has to be invoked again.
        """
        self._early = True
        try:
            self.send([])
        finally:
            self._early = False
        if self.window is not None:
            self.window.keep({})

    def _payload(self, events: Sequence[Event]) -> bytes:
        payload = super()._payload(events)
        if self.window is None:
            return payload
        document = self.window.document(
            self._shard_id, self._source_arn, final=self._final, early=self._early
        )
        return payload[:-1] + b"," + json_data(document)[1:]

    def _first_failed(self, events: Sequence[Event], answer: bytes) -> int | None:
        first_failed = super()._first_failed(events, answer)
        if self.window is None or not events or first_failed == 0:
            return first_failed
        state = _returned_state(answer)
        if state is None:
            return 0
        self.window.keep(state)
        return first_failed


def _returned_state(answer: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    state = document.get("state") if isinstance(document, dict) else None
    if not isinstance(state, dict) or len(json_data(state)) > MAXIMUM_BATCH_BYTES - DOCUMENT_BYTES:
        return None
    return state
