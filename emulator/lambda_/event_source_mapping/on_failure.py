"""Telling the on-failure destination of a mapping what was given up."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from emulator.lambda_.event_source_mapping.function_target import FailedInvocation
from emulator.lambda_.event_source_mapping.mapping import StreamMapping
from emulator.lambda_.event_source_mapping.record import stream_of
from emulator.pipes.dead_letter import batch_details, utc_milliseconds
from emulator.pipes.delivery import AGE_CONDITION
from emulator.pipes.errors import DeadLetterError
from emulator.pipes.event import Event


class S3Destination:
    """A bucket: one object for each batch that is given up, with the records themselves.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """

    def __init__(self, client: Any, bucket_arn: str, mapping_uuid: str) -> None:
        self._client = client
        self._bucket = bucket_arn.rpartition(":")[2]
        self._prefix = f"aws/lambda/{mapping_uuid}"

    def send(self, message: str) -> None:
        """Write one object; its key tells the mapping, the shard and the time.

        Raises:
            DeadLetterError: the bucket did not take it.
        """
        document = json.loads(message)
        (info,) = (value for name, value in document.items() if name.endswith("BatchInfo"))
        moment = datetime.fromisoformat(document["timestamp"])
        key = f"{self._prefix}/{info['shardId']}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{uuid4()}"
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=message.encode())
        except (ClientError, BotoCoreError) as error:
            raise DeadLetterError(str(error)) from error


def invocation_record(
    events: Sequence[Event],
    condition: str,
    attempts: int,
    *,
    mapping: StreamMapping,
    shard_id: str,
    failure: FailedInvocation | None,
    now: float,
) -> str:
    """Describe a batch that was given up; only a bucket gets the records as well.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    record: dict[str, Any] = {
        "requestContext": {
            "requestId": failure.request_id if failure else str(uuid4()),
            "functionArn": mapping.function_arn,
            "condition": condition,
            "approximateInvokeCount": max(attempts, 1),
        }
    }
    # Records that became too old are not the outcome of an invocation.
    if failure is not None and condition != AGE_CONDITION:
        record["responseContext"] = {
            "statusCode": failure.status_code,
            "executedVersion": failure.executed_version,
            "functionError": failure.function_error,
        }
    record["version"] = "1.0"
    record["timestamp"] = utc_milliseconds(now)
    name = "KinesisBatchInfo" if mapping.is_kinesis else "DDBStreamBatchInfo"
    record[name] = batch_details(
        events, stream_arn=stream_of(mapping.source_arn), shard_id=shard_id, milliseconds=mapping.is_kinesis
    )
    if is_bucket(mapping.parameters.dead_letter_arn):
        record["payload"] = {"Records": [event.body for event in events]}
    return json.dumps(record)


def is_bucket(destination_arn: str | None) -> bool:
    """Tell whether a destination is a bucket."""
    return destination_arn is not None and destination_arn.split(":")[2] == "s3"
