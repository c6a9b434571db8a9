"""The columns that are known before a single row was delivered."""

BUCKET_NAME = "product-sales"
ORDERS_PREFIX = "orders/"
ERRORS_PREFIX = "errors/"

# A delivered row. The seed's own function writes the first four fields alone: the others are NULL then.
ORDER_COLUMNS = {
    "orderid": "VARCHAR",
    "product_name": "VARCHAR",
    "quantity": "INTEGER",
    "price": "DOUBLE",
    "event_id": "VARCHAR",
    "event_name": "VARCHAR",
    "event_time": "TIMESTAMP",
    "sequence_number": "VARCHAR",
}
# The folders below orders/, in UTC.
ORDER_PARTITIONS = {"year": "SMALLINT", "month": "TINYINT", "day": "TINYINT", "hour": "TINYINT"}

# A line of an error object: the second two are those of a failed format conversion.
# https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
ERROR_COLUMNS = {
    "rawData": "VARCHAR",
    "errorCode": "VARCHAR",
    "errorMessage": "VARCHAR",
    "lastErrorCode": "VARCHAR",
    "lastErrorMessage": "VARCHAR",
    "attemptsMade": "BIGINT",
    "arrivalTimestamp": "BIGINT",
    "attemptEndingTimestamp": "BIGINT",
    "lambdaARN": "VARCHAR",
}
