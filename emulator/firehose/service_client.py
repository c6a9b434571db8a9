"""LocalStack's clients for the services that a delivery stream works with."""

from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from localstack.aws.connect import ServiceLevelClientFactory, connect_to
from localstack.utils.aws.arns import parse_arn

from emulator.firehose.client import Clients, CloudWatchClient
from emulator.firehose.configuration import FormatConversion
from emulator.firehose.encryption import KmsClient
from emulator.firehose.validation.reference import check_key_regions, check_table
from emulator.firehose.validation.refusal import unsupported
from emulator.firehose.wire import format_conversion_from
from emulator.kinesis.provider import kinesis_client

# Trying again is the delivery stream's own matter: it counts its attempts.
_ONE_ATTEMPT = Config(retries={"total_max_attempts": 1})


def clients_for(
    account_id: str, region: str, stream_arn: str | None, format_conversion: FormatConversion | None
) -> Clients:
    """Return the clients of a delivery stream's data plane."""
    clients = _services(account_id, region)
    kinesis = None
    if stream_arn is not None:
        arn = parse_arn(stream_arn)
        kinesis = kinesis_client(arn["account"], arn["region"])
    glue_region = schema_region(format_conversion, region)
    return Clients(
        s3=clients.s3,
        function=clients.lambda_,
        cloudwatch=clients.cloudwatch,
        logs=clients.logs,
        kinesis=kinesis,
        glue=_services(account_id, glue_region).glue,
    )


def schema_region(format_conversion: FormatConversion | None, region: str) -> str:
    """Return where the tables of a delivery stream are."""
    return format_conversion.table.region if format_conversion is not None else region


def cloudwatch_for(account_id: str, region: str) -> CloudWatchClient:
    """Return a client for metrics."""
    client: CloudWatchClient = _services(account_id, region).cloudwatch
    return client


def kms_for(account_id: str, region: str) -> KmsClient:
    """Return a client for keys."""
    client: KmsClient = _services(account_id, region).kms
    return client


def check_references(
    account_id: str, region: str, wire: Mapping[str, Any], *, schema_region: str | None = None
) -> None:
    """Check what a checked destination names in S3, KMS and Glue.

    `schema_region` is where an existing delivery stream reads its tables.

    Raises:
        ServiceError: it is not there, or not where it must be.
    """
    check_key_regions(_services(account_id, region).s3, wire)
    format_conversion = format_conversion_from(wire, account_id, region)
    if format_conversion is not None:
        table = format_conversion.table
        if schema_region is not None and table.region != schema_region:
            raise unsupported(f"An update to SchemaConfiguration.Region={table.region}")
        check_table(_services(account_id, table.region).glue, table)


def _services(account_id: str, region: str) -> ServiceLevelClientFactory:
    return connect_to(aws_access_key_id=account_id, region_name=region, config=_ONE_ATTEMPT)
