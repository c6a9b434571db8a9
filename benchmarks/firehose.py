"""A delivery stream alone: Kinesis to S3 with a transform, from a backlog."""

import io
import json
import zipfile
from typing import Any

import boto3

from benchmarks.measurement import (
    own_emulator,
    processor_share,
    resident_mebibytes,
    row,
    timed,
    wait_for,
)
from tests.emulator_process import REGION
from tests.polling import poll_until

RECORDS = 100_000
IDLE_SECONDS = 20.0
NAME = "bench"
ACCOUNT = "000000000000"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/bench"
STREAM_ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{NAME}"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
FUNCTION = """
import base64, json

def handler(event, context):
    records = []
    for record in event["records"]:
        order = json.loads(base64.b64decode(record["data"]))
        order["revenue"] = round(order["quantity"] * order["price"], 2)
        data = base64.b64encode((json.dumps(order) + "\\n").encode()).decode()
        records.append({"recordId": record["recordId"], "result": "Ok", "data": data})
    return {"records": records}
"""


def run() -> None:
    """Measure one delivery stream against the same data stream without it."""
    with own_emulator() as emulator:
        process_id = emulator.process.pid
        create_source()
        # The first run warms the emulator up; the second tells what writing alone costs.
        write(RECORDS // 10)
        written_alone = RECORDS / timed(lambda: write(RECORDS))
        idle_alone = processor_share(process_id, IDLE_SECONDS)
        create_delivery_stream()
        idle = processor_share(process_id, IDLE_SECONDS) - idle_alone
        memory = resident_mebibytes(process_id)
        writing = timed(lambda: write(RECORDS))
        begun = delivered_count()
        delivering = timed(lambda: wait_for("the bucket", delivered_count, RECORDS))
        row("PutRecords, 500 at a time, nobody reading", f"{written_alone:,.0f} records/s")
        row("Kinesis to S3 while being written", f"{RECORDS / (writing + delivering):,.0f} records/s")
        if delivering > 1:
            drained = (RECORDS - begun) / delivering
            row("Kinesis to S3, the backlog left after the writing", f"{drained:,.0f} records/s")
            row("of the rate at which they are written", f"{drained / written_alone:.2f}")
        row("processor of an idle delivery stream", f"{idle:.2%}")
        backlog = RECORDS * len(order(0)) // 2**20
        growth = resident_mebibytes(process_id) - memory
        row(f"memory gained by {backlog} MiB more in the data stream", f"{growth} MiB")


def order(index: int) -> bytes:
    """Return an order of 200 bytes as JSON."""
    text = json.dumps(
        {"orderid": f"order-{index:010d}", "product_name": "Laptop", "quantity": 2, "price": 182.21}
    )
    return text.removesuffix("}").encode() + b', "note": "' + b"x" * (200 - len(text) - 12) + b'"}'


def create_source() -> None:
    """Create the data stream, the function and the bucket."""
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName=NAME, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=NAME, WaiterConfig={"Delay": 1})
    boto3.client("s3").create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as entries:
        entries.writestr("index.py", FUNCTION)
    functions = boto3.client("lambda")
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Role=ROLE_ARN,
        Handler="index.handler",
        Timeout=60,
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 1})


def create_delivery_stream() -> None:
    """Create the delivery stream with one-second intervals and wait until it is active."""
    parameters: list[Any] = [
        {"ParameterName": "LambdaArn", "ParameterValue": FUNCTION_ARN},
        {"ParameterName": "BufferSizeInMBs", "ParameterValue": "1"},
        {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "1"},
    ]
    firehose = boto3.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName=NAME,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": STREAM_ARN, "RoleARN": ROLE_ARN},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE_ARN,
            "BucketARN": f"arn:aws:s3:::{NAME}",
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 1},
            "Prefix": "orders/",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [{"Type": "Lambda", "Parameters": parameters}],
            },
        },
    )
    poll_until(
        "the delivery stream",
        lambda: (
            firehose.describe_delivery_stream(DeliveryStreamName=NAME)["DeliveryStreamDescription"][
                "DeliveryStreamStatus"
            ]
            == "ACTIVE"
        ),
    )


def write(count: int) -> None:
    """Put orders into the data stream, 500 in a request."""
    kinesis = boto3.client("kinesis")
    for start in range(0, count, 500):
        kinesis.put_records(
            StreamName=NAME,
            Records=[
                {"Data": order(index), "PartitionKey": str(index)} for index in range(start, start + 500)
            ],
        )


_counted: dict[str, int] = {}


def delivered_count() -> int:
    """Return how many rows the bucket holds; every object is read once."""
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=NAME, Prefix="orders/"):
        for entry in page.get("Contents", []):
            key = entry["Key"]
            if key not in _counted:
                _counted[key] = s3.get_object(Bucket=NAME, Key=key)["Body"].read().count(b"\n")
    return sum(_counted.values())
