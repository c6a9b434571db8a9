"""The delivery stream's buffering hints, as DescribeDeliveryStream answers them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from .size import MEBIBYTE, size_text

if TYPE_CHECKING:
    from mypy_boto3_firehose.type_defs import DeliveryStreamDescriptionTypeDef

    from verify.evidence import Chain

# What applies where the destination names no hints.
# https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
DEFAULT_SIZE_IN_MBS = 5
# https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
DEFAULT_TRANSFORM_SIZE_IN_MBS = 1


@dataclass(frozen=True, slots=True)
class Destination:
    """What decides when an object is written.

    A change passes two buffers: the one before the function and the one before S3, each with its interval.
    `version_id` counts the settings: an object carries in its name the version it was written under.
    """

    name: str
    version_id: str
    size_bytes: int
    s3_interval: timedelta
    transform_size_bytes: int
    transform_interval: timedelta
    is_compressed: bool

    @property
    def longest_wait(self) -> timedelta:
        """Longest time that the two buffers hold a record."""
        return self.transform_interval + self.s3_interval


def destination_from(description: "DeliveryStreamDescriptionTypeDef", chain: "Chain") -> Destination:
    """Read the hints from the description; the two intervals are those that the accounting reckons with."""
    s3 = description["Destinations"][0].get("ExtendedS3DestinationDescription", {})
    return Destination(
        name=description["DeliveryStreamName"],
        version_id=description["VersionId"],
        size_bytes=s3.get("BufferingHints", {}).get("SizeInMBs", DEFAULT_SIZE_IN_MBS) * MEBIBYTE,
        s3_interval=chain.s3_interval,
        transform_size_bytes=round(_transform_size_in_mbs(s3) * MEBIBYTE),
        transform_interval=chain.transform_interval,
        is_compressed=s3.get("CompressionFormat", "UNCOMPRESSED") != "UNCOMPRESSED",
    )


def _transform_size_in_mbs(s3: Mapping[str, Any]) -> float:
    """Return the size at which the function is called."""
    sizes = [
        float(parameter["ParameterValue"])
        for processor in s3.get("ProcessingConfiguration", {}).get("Processors", [])
        for parameter in processor.get("Parameters", [])
        if parameter["ParameterName"] == "BufferSizeInMBs"
    ]
    return max(sizes, default=DEFAULT_TRANSFORM_SIZE_IN_MBS)


def hints(destination: Destination) -> pd.DataFrame:
    """Return a line per buffer: what makes it pass on what it holds, whichever comes first."""
    return pd.DataFrame(
        [
            (buffer, size_text(size_bytes), f"{interval.total_seconds():.0f} s")
            for buffer, size_bytes, interval in (
                ("before the function", destination.transform_size_bytes, destination.transform_interval),
                ("before S3", destination.size_bytes, destination.s3_interval),
            )
        ],
        columns=["buffer", "size hint", "interval hint"],
    )
