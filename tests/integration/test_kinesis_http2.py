"""SubscribeToShard over HTTP/2 without TLS, as the AWS SDK for JavaScript speaks it to an http endpoint by default.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
"""

import json
import socket
import time
from collections.abc import Iterator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, ResponseReceived

from tests.conftest import Aws
from tests.emulator_process import REGION, EmulatorProcess


def events(connection: H2Connection, channel: socket.socket) -> Iterator[Event]:
    """Yield what the server sends, and acknowledge it."""
    while received := channel.recv(65_536):
        for event in connection.receive_data(received):
            if isinstance(event, DataReceived) and event.flow_controlled_length is not None:
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            yield event
        channel.sendall(connection.data_to_send())


def test_records_are_pushed_over_http2(aws: Aws, emulator: EmulatorProcess, name: str) -> None:
    # GIVEN a consumer, and a client that speaks HTTP/2 from its first byte on
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")["Consumer"]
    connection = H2Connection(H2Configuration(client_side=True))
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as channel:
        connection.initiate_connection()
        body = json.dumps(
            {
                "ConsumerARN": consumer["ConsumerARN"],
                "ShardId": "shardId-000000000000",
                "StartingPosition": {"Type": "LATEST"},
            }
        ).encode()
        connection.send_headers(
            1,
            [
                (":method", "POST"),
                (":path", "/"),
                (":scheme", "http"),
                (":authority", f"127.0.0.1:{emulator.port}"),
                ("content-type", "application/x-amz-json-1.1"),
                ("content-length", str(len(body))),
                ("x-amz-target", "Kinesis_20131202.SubscribeToShard"),
                (
                    "authorization",
                    f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/kinesis/aws4_request, "
                    "SignedHeaders=host, Signature=x",
                ),
            ],
        )
        connection.send_data(1, body, end_stream=True)
        channel.sendall(connection.data_to_send())
        incoming = events(connection, channel)
        answer = next(event for event in incoming if isinstance(event, ResponseReceived))
        assert dict(answer.headers or ())[b":status"] == b"200"

        # WHEN records are put, one after the other
        delays: list[float] = []
        content = b""
        for key in ("first-key", "second-key", "third-key"):
            put_at = time.monotonic()
            kinesis.put_record(StreamName=name, Data=b"pushed", PartitionKey=key)
            while key.encode() not in content:
                event = next(incoming)
                content += (event.data or b"") if isinstance(event, DataReceived) else b""
            delays.append(time.monotonic() - put_at)

        # THEN they come at once, on the connection that is still open
        assert min(delays) < 1
