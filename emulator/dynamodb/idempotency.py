"""Transactions that are sent again: the same token stands for the same request for ten minutes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from emulator.errors import ServiceError

LIFETIME_SECONDS = 10 * 60.0
_TOKEN = "ClientRequestToken"
# What a request may ask for otherwise when it is sent again.
_NOT_COMPARED = frozenset({_TOKEN, "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"})


class CompletedTransactions:
    """The tokens of transactions that have succeeded, of one account and region; one caller at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # A dictionary would look for its first token through the places of those that it has forgotten.
        self._completed: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def contains(self, request: Mapping[str, Any]) -> bool:
        """Tell whether a request has been carried out already.

        Raises:
            ServiceError: another request had the same token.
        """
        token = request.get(_TOKEN)
        self._forget()
        if token is None or token not in self._completed:
            return False
        if self._completed[token][1] != _digest(request):
            raise ServiceError(
                "IdempotentParameterMismatchException",
                "This request's client token has been used with other parameters in the last ten minutes",
            )
        return True

    def add(self, request: Mapping[str, Any]) -> None:
        """Remember a request that has been carried out."""
        token = request.get(_TOKEN)
        if token is not None:
            self._completed[token] = (self._clock(), _digest(request))

    def _forget(self) -> None:
        """Forget what is too old; tokens are in the order of their times."""
        horizon = self._clock() - LIFETIME_SECONDS
        while self._completed:
            token, (completed_at, _) = next(iter(self._completed.items()))
            if completed_at > horizon:
                return
            del self._completed[token]


def _digest(request: Mapping[str, Any]) -> bytes:
    compared = {name: value for name, value in request.items() if name not in _NOT_COMPARED}
    return hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).digest()
