"""What is counted of objects."""

from emulator.firehose.configuration import Configuration
from emulator.firehose.context import Context
from emulator.firehose.output import Output
from emulator.firehose.s3_object import S3Object


class DeliveryMetrics:
    """Counts the objects of one output; error objects are not counted.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """

    def __init__(self, output: Output, context: Context) -> None:
        self._output = output
        self._metrics = context.metrics
        self._clock = context.clock

    def refused(self) -> None:
        """Count an attempt that S3 refused."""
        if self._output is not Output.ERRORS:
            self._metrics.add(f"{self._output.value}.Success", 0)

    def delivered(self, configuration: Configuration, s3_object: S3Object) -> None:
        """Count an object; its bytes are those of the records before the function changed them."""
        if self._output is Output.ERRORS:
            return
        if self._output is Output.DATA and configuration.format_conversion is not None:
            self._converted(s3_object)
        if s3_object.arguments is None:
            return
        name, records = self._output.value, s3_object.records
        self._metrics.add(f"{name}.Success", 1)
        self._metrics.add(f"{name}.Records", len(records))
        self._metrics.add(f"{name}.Bytes", sum(len(record.source.data) for record in records))
        if self._output is Output.DATA and configuration.dynamic_partitioning:
            self._metrics.add(f"{name}.ObjectCount", 1)
        age = self._clock.time() - s3_object.oldest_arrival / 1000
        self._metrics.add(f"{name}.DataFreshness", max(age, 0.0))

    def _converted(self, s3_object: S3Object) -> None:
        if s3_object.records:
            self._metrics.add("SucceedConversion.Records", len(s3_object.records))
            self._metrics.add("SucceedConversion.Bytes", sum(len(each.data) for each in s3_object.records))
        if s3_object.failures:
            self._metrics.add("FailedConversion.Records", len(s3_object.failures))
            self._metrics.add("FailedConversion.Bytes", s3_object.failed_bytes)
