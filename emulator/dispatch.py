"""The dispatch table of a provider whose backend is not safe for threads."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any

from emulator.errors import ServiceError

Handler = Callable[..., Any]
ExceptionFactory = Callable[[str, str, int], Exception]


def guarded(
    table: Mapping[str, Handler],
    exception: ExceptionFactory,
    lock: AbstractContextManager[Any] | None = None,
    free: frozenset[str] = frozenset(),
) -> dict[str, Handler]:
    """Return a table whose handlers hold `lock`, except for the operations in `free`.

    A ServiceError becomes `exception(code, message, status_code)`, which the gateway knows how to answer.
    """

    def guard(operation: str, handle: Handler) -> Handler:
        held: AbstractContextManager[Any] = nullcontext() if lock is None or operation in free else lock

        @wraps(handle)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                with held:
                    return handle(*args, **kwargs)
            except ServiceError as error:
                raise exception(error.code, error.message, error.status_code) from error

        return call

    return {operation: guard(operation, handle) for operation, handle in table.items()}
