"""What the Firehose tests create: a bucket, a data stream, a function, delivery streams."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import Aws
from tests.polling import poll_until

ACCOUNT_ID = "000000000000"
REGION = "eu-north-1"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/test-role"


def processor(processor_type: str, **parameters: str) -> dict[str, Any]:
    """Return a processor of a delivery stream."""
    listed = [{"ParameterName": key, "ParameterValue": value} for key, value in parameters.items()]
    return {"Type": processor_type, "Parameters": listed}


def processing(*processors: dict[str, Any]) -> dict[str, Any]:
    """Return a ProcessingConfiguration with these processors."""
    return {"Enabled": True, "Processors": list(processors)}


class Setup:
    """Resources that share one name; `remove` deletes those that were made."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.name = name
        self.function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}"
        self.firehose = aws.client("firehose")
        self.kinesis = aws.client("kinesis")
        self.s3 = aws.client("s3")
        self._lambda = aws.client("lambda")
        self._cloudwatch = aws.client("cloudwatch")
        self._glue = aws.client("glue")
        self._delivery_streams: list[str] = []
        self._has_data_stream = False
        self._has_function = False
        self._has_table = False
        self.create_bucket()

    def create_bucket(self) -> None:
        """Create the bucket."""
        self.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": REGION})

    def create_data_stream(self, shard_count: int = 1) -> None:
        """Create the data stream."""
        self.kinesis.create_stream(StreamName=self.name, ShardCount=shard_count)
        self._has_data_stream = True
        self.wait_until_stream_active()

    def wait_until_stream_active(self) -> None:
        """Return when the data stream can be used."""
        poll_until(
            "the data stream",
            lambda: (
                self.kinesis.describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"][
                    "StreamStatus"
                ]
                == "ACTIVE"
            ),
        )

    def put(self, data: bytes, partition_key: str = "key") -> None:
        """Put a record into the data stream."""
        self.kinesis.put_record(StreamName=self.name, PartitionKey=partition_key, Data=data)

    def create_function(self, code: str) -> None:
        """Create a Python function whose handler is `handler`."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as entries:
            entries.writestr("index.py", code)
        self._lambda.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=ROLE_ARN,
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
        )
        self._has_function = True
        poll_until(
            "the function",
            lambda: self._lambda.get_function_configuration(FunctionName=self.name)["State"] == "Active",
        )

    @property
    def table(self) -> dict[str, str]:
        """The table's names, as a format conversion gives them."""
        return {"DatabaseName": self.name, "TableName": "orders"}

    def create_table(self, columns: Mapping[str, str]) -> None:
        """Create the table in the Glue Data Catalog; columns have types of Hive."""
        self._glue.create_database(DatabaseInput={"Name": self.name})
        self._has_table = True
        self._glue.create_table(DatabaseName=self.name, TableInput=self._table_input(columns))

    def update_table(self, columns: Mapping[str, str]) -> None:
        """Give the table other columns."""
        self._glue.update_table(DatabaseName=self.name, TableInput=self._table_input(columns))

    def delete_table(self) -> None:
        """Delete the table."""
        self._glue.delete_table(DatabaseName=self.name, Name=self.table["TableName"])

    def _table_input(self, columns: Mapping[str, str]) -> dict[str, Any]:
        listed = [{"Name": name, "Type": hive_type} for name, hive_type in columns.items()]
        return {"Name": self.table["TableName"], "StorageDescriptor": {"Columns": listed}}

    def destination(self, **settings: Any) -> dict[str, Any]:
        """Return a destination that delivers after a second."""
        return {
            "RoleARN": ROLE_ARN,
            "BucketARN": f"arn:aws:s3:::{self.name}",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
            **settings,
        }

    def create_delivery_stream(
        self,
        name: str | None = None,
        *,
        kinesis: bool = False,
        processor: bool = False,
        retries: int = 3,
        tags: list[dict[str, str]] | None = None,
        **settings: Any,
    ) -> None:
        """Create a delivery stream and wait until it is active."""
        arguments: dict[str, Any] = {"Tags": tags} if tags else {}
        if kinesis:
            arguments["DeliveryStreamType"] = "KinesisStreamAsSource"
            arguments["KinesisStreamSourceConfiguration"] = {
                "KinesisStreamARN": f"arn:aws:kinesis:{REGION}:{ACCOUNT_ID}:stream/{self.name}",
                "RoleARN": ROLE_ARN,
            }
        if processor:
            settings["ProcessingConfiguration"] = processing(self.lambda_processor(retries))
        self.firehose.create_delivery_stream(
            DeliveryStreamName=name or self.name,
            ExtendedS3DestinationConfiguration=self.destination(**settings),
            **arguments,
        )
        self.wait_until_active(name)

    def lambda_processor(self, retries: int = 3) -> dict[str, Any]:
        """Return the processor that calls the function with what arrived within a second."""
        return processor(
            "Lambda",
            LambdaArn=self.function_arn,
            NumberOfRetries=str(retries),
            BufferSizeInMBs="1",
            BufferIntervalInSeconds="1",
        )

    def put_directly(self, *data: bytes) -> None:
        """Put records into the delivery stream itself."""
        answer = self.firehose.put_record_batch(
            DeliveryStreamName=self.name, Records=[{"Data": each} for each in data]
        )
        assert answer["FailedPutCount"] == 0

    def wait_until_active(self, name: str | None = None) -> None:
        """Return when a delivery stream can be used."""
        self._delivery_streams.append(name or self.name)
        poll_until("the delivery stream", lambda: self.describe(name)["DeliveryStreamStatus"] == "ACTIVE")

    def describe(self, name: str | None = None) -> dict[str, Any]:
        """Return a delivery stream's description."""
        answer = self.firehose.describe_delivery_stream(DeliveryStreamName=name or self.name)
        description: dict[str, Any] = answer["DeliveryStreamDescription"]
        return description

    def update_destination(self, **settings: Any) -> None:
        """Update the delivery stream's destination."""
        description = self.describe()
        self.firehose.update_destination(
            DeliveryStreamName=self.name,
            CurrentDeliveryStreamVersionId=description["VersionId"],
            DestinationId=description["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate=settings,
        )

    def delivery_stream_names(self) -> list[str]:
        """Return the names of all delivery streams."""
        names: list[str] = self.firehose.list_delivery_streams(Limit=10_000)["DeliveryStreamNames"]
        return names

    def objects(self, prefix: str = "", total: int = 0) -> dict[str, bytes]:
        """Return the objects below a prefix in the order of their writing, or none while they are too small."""
        listed = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", [])
        if sum(each["Size"] for each in listed) < total:
            return {}
        # Names carry the second of their oldest record; within one, the shard's numbers decide.
        keys = sorted((each["LastModified"], each["Key"]) for each in listed)
        return {key: self.s3.get_object(Bucket=self.name, Key=key)["Body"].read() for _, key in keys}

    def error_lines(self, prefix: str, count: int = 1) -> list[dict[str, Any]]:
        """Return the lines of the objects below a prefix, or none while there are fewer."""
        lines = [json.loads(line) for body in self.objects(prefix).values() for line in body.splitlines()]
        return lines if len(lines) >= count else []

    def size(self) -> int:
        """Return how many bytes the bucket holds."""
        listed = self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return sum(each["Size"] for each in listed)

    def metric_sum(self, metric_name: str) -> float:
        """Return the sum of everything published of a metric."""
        return float(sum(point["Sum"] for point in self._statistics(metric_name, "Sum")))

    def metric_minimum(self, metric_name: str) -> float | None:
        """Return the smallest value published of a metric."""
        points = self._statistics(metric_name, "Minimum")
        return min((point["Minimum"] for point in points), default=None)

    def metric_maximum(self, metric_name: str) -> float | None:
        """Return the largest value published of a metric."""
        points = self._statistics(metric_name, "Maximum")
        return max((point["Maximum"] for point in points), default=None)

    def _statistics(self, metric_name: str, statistic: str) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        answer = self._cloudwatch.get_metric_statistics(
            Namespace="AWS/Firehose",
            MetricName=metric_name,
            Dimensions=[{"Name": "DeliveryStreamName", "Value": self.name}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=[statistic],
        )
        points: list[dict[str, Any]] = answer["Datapoints"]
        return points

    def remove(self) -> None:
        """Delete everything."""
        for name in set(self._delivery_streams) & set(self.delivery_stream_names()):
            self.firehose.delete_delivery_stream(DeliveryStreamName=name)
        poll_until(
            "the deletions", lambda: not set(self._delivery_streams) & set(self.delivery_stream_names())
        )
        if self._has_function:
            self._lambda.delete_function(FunctionName=self.name)
        if self._has_table:
            # With its tables.
            self._glue.delete_database(Name=self.name)
        if self._has_data_stream:
            self.kinesis.delete_stream(StreamName=self.name, EnforceConsumerDeletion=True)
        for key in self.objects():
            self.s3.delete_object(Bucket=self.name, Key=key)
        self.s3.delete_bucket(Bucket=self.name)
