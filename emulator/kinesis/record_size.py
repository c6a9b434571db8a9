"""How large the records of a data stream may be.

https://docs.aws.amazon.com/streams/latest/dev/large-records.html
"""

from emulator.errors import ServiceError

DEFAULT_RECORD_KIB = 1024


def refuse_warm_throughput(warm_throughput_mibps: int | None) -> None:
    """Refuse the one newer setting of a stream that is not built.

    Raises:
        ServiceError: it is given.
    """
    if warm_throughput_mibps is not None:
        raise ServiceError(
            "InvalidArgumentException",
            "WarmThroughputMiBps is not built here: leave it out; the writes of an on-demand stream are not limited.",
        )
