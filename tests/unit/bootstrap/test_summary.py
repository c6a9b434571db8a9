"""What is said at the end."""

from bootstrap.resource import Outcome
from bootstrap.summary import counted, overview
from sandbox.settings import load_settings


def test_outcomes_are_counted_by_kind() -> None:
    # WHEN outcomes are counted, THEN those that did not occur are left out
    assert counted([Outcome.UNCHANGED, Outcome.CREATED, Outcome.UNCHANGED]) == "1 created, 2 unchanged"


def test_overview_says_what_exists_where_data_lands_and_how_it_is_buffered() -> None:
    # GIVEN one resource and the default settings
    settings = load_settings(environ={}, dotenv=None)

    # WHEN the closing lines are made
    lines = overview([("bucket", "arn:aws:s3:::product-sales")], settings).splitlines()

    # THEN they are these
    assert lines == [
        "",
        "What exists",
        "  bucket            arn:aws:s3:::product-sales",
        "",
        "Where data lands",
        "  rows              s3://product-sales/orders/year=/month=/day=/hour=/",
        "  failed records    s3://product-sales/errors/",
        "  given up by pipe  SQS queue orders-pipe-dlq",
        "  logs              /aws/lambda/transformlambda, /aws/kinesisfirehose/orders-firehose",
        "",
        "Buffering in force",
        "  before Lambda     1 MiB or 5 s, a failed call repeated 3 times",
        "  before S3         5 MiB or 10 s",
    ]
