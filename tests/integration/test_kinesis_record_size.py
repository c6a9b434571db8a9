"""Records of more than 1 MiB; the operations are called as a client of today's API model would call them.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
"""

import base64
import json
import urllib.error
import urllib.request
from typing import Any

import cbor2
import pytest

from tests.conftest import Aws
from tests.emulator_process import REGION, EmulatorProcess


def call(
    emulator: EmulatorProcess, operation: str, content_type: str = "application/x-amz-json-1.1", **body: Any
) -> Any:
    """Return what an operation answers, or the error's type and message."""
    codec: Any = cbor2 if "cbor" in content_type else json
    encoded = codec.dumps(body)
    request = urllib.request.Request(
        emulator.url,
        encoded.encode() if isinstance(encoded, str) else encoded,
        {
            "Content-Type": content_type,
            "X-Amz-Target": f"Kinesis_20131202.{operation}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/kinesis/aws4_request, "
            "SignedHeaders=host, Signature=x",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = response.read()
    except urllib.error.HTTPError as error:
        answer = error.read()
    decoded = codec.loads(answer) if answer else {}
    return (decoded["__type"], decoded.get("message")) if "__type" in decoded else decoded


@pytest.mark.parametrize("content_type", ["application/x-amz-json-1.1", "application/x-amz-cbor-1.1"])
def test_a_stream_takes_records_of_the_size_it_was_given(
    aws: Aws, emulator: EmulatorProcess, name: str, content_type: str
) -> None:
    # GIVEN a stream of records of up to 2 MiB
    kinesis = aws.client("kinesis")
    call(emulator, "CreateStream", content_type, StreamName=name, ShardCount=1, MaxRecordSizeInKiB=2048)
    data: Any = b"x" * (2 * 1024 * 1024 - 1)
    call(
        emulator,
        "PutRecord",
        content_type,
        StreamName=name,
        PartitionKey="k",
        Data=data if "cbor" in content_type else base64.b64encode(data).decode(),
    )

    # WHEN it is set to the least
    summary = call(emulator, "DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
    arn = summary["StreamARN"]
    assert call(emulator, "UpdateMaxRecordSize", content_type, StreamARN=arn, MaxRecordSizeInKiB=1024) == {}

    # THEN both sizes were described, and such a record is refused from now on
    after = call(emulator, "DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
    assert (summary["MaxRecordSizeInKiB"], after["MaxRecordSizeInKiB"]) == (2048, 1024)
    with pytest.raises(kinesis.exceptions.ClientError) as raised:
        kinesis.put_record(StreamName=name, PartitionKey="k", Data=data)
    assert raised.value.response["Error"]["Code"] == "ValidationException"


def test_a_size_out_of_range_is_refused(aws: Aws, emulator: EmulatorProcess, name: str) -> None:
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]

    for size, edge in ((1023, "greater than or equal to 1024"), (10_241, "less than or equal to 10240")):
        refused = (
            "ValidationException",
            f"1 validation error detected: Value '{size}' at 'maxRecordSizeInKiB' failed to satisfy constraint: "
            f"Member must have value {edge}",
        )
        assert call(emulator, "UpdateMaxRecordSize", StreamARN=arn, MaxRecordSizeInKiB=size) == refused
        assert (
            call(emulator, "CreateStream", StreamName=f"{name}x", ShardCount=1, MaxRecordSizeInKiB=size)
            == refused
        )
    assert call(emulator, "UpdateMaxRecordSize", StreamARN=f"{arn}x", MaxRecordSizeInKiB=1024) == (
        "ResourceNotFoundException",
        f"Stream {name}x under account 000000000000 not found.",
    )


def test_warm_throughput_is_refused_in_both_protocols(emulator: EmulatorProcess, name: str) -> None:
    for content_type in ("application/x-amz-json-1.1", "application/x-amz-cbor-1.1"):
        code, message = call(emulator, "CreateStream", content_type, StreamName=name, WarmThroughputMiBps=10)
        assert (code, message.partition(" ")[0]) == ("InvalidArgumentException", "WarmThroughputMiBps")
