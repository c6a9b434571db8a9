"""The names of every resource of the pipeline: what bootstrap creates and what the other parts look up."""

from typing import Final

TABLE_NAME: Final = "OrderTable"
PIPE_NAME: Final = "orders-pipe"
STREAM_NAME: Final = "kinesis-orderstream"
FUNCTION_NAME: Final = "transformlambda"
DELIVERY_STREAM_NAME: Final = "orders-firehose"
BUCKET_NAME: Final = "product-sales"
DEAD_LETTER_QUEUE_NAME: Final = "orders-pipe-dlq"

PIPE_ROLE_NAME: Final = "orders-pipe-role"
FUNCTION_ROLE_NAME: Final = "transformlambda-role"
DELIVERY_STREAM_ROLE_NAME: Final = "orders-firehose-role"

FUNCTION_LOG_GROUP: Final = f"/aws/lambda/{FUNCTION_NAME}"
DELIVERY_STREAM_LOG_GROUP: Final = f"/aws/kinesisfirehose/{DELIVERY_STREAM_NAME}"
DESTINATION_LOG_STREAM: Final = "DestinationDelivery"
BACKUP_LOG_STREAM: Final = "BackupDelivery"

# The static beginnings of the two prefixes: where to look for delivered rows and for failed records.
ORDERS_PREFIX: Final = "orders/"
ERRORS_PREFIX: Final = "errors/"
PREFIX_EXPRESSION: Final = (
    ORDERS_PREFIX + "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
)
ERROR_OUTPUT_PREFIX_EXPRESSION: Final = (
    ERRORS_PREFIX + "!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/"
)
FILE_EXTENSION: Final = ".json"
