"""A destination that fails under the whole chain: what S3 does not take now is delivered once it does."""

from collections import Counter
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from bootstrap import names
from tests.conftest import Aws
from tests.hops import objects
from tests.integration.chain_setup import ChainSetup, assert_accounts_balance, bootstrap, run_verify, verify
from tests.integration.error_lines import checked_lines, expected_lines
from tests.polling import poll_until

ORDERS = 6
# S3 refuses to encrypt with a key of another region than the bucket's, and looks at it only when an object is put.
KEY_OF_ANOTHER_REGION = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
TYPED = "errors/!{firehose:error-output-type}/"

# https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html; the texts were measured on AWS:
# https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose
MALFORMED_PREFIXES = [
    ("!{timestamp:yyyy}/", "", "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"),
    (
        "orders/",
        "errors/!{timestamp:yyyy}/",
        "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
    ),
    (
        "!{firehose:error-output-type}/",
        TYPED,
        "Prefix must not contain any occurrence of !{firehose:error-output-type}",
    ),
    (
        "!{timestamp:jj}/",
        TYPED,
        "Invalid conversion character used in the value of the expression in Prefix",
    ),
]


@pytest.fixture(scope="module")
def chain(aws: Aws) -> Iterator[ChainSetup]:
    """Return the chain."""
    bootstrap()
    yield ChainSetup(aws)
    bootstrap("--destroy")


def await_refusals(chain: ChainSetup, error_code: str, count: int) -> None:
    """Return when S3 has refused objects with this code as many times more."""
    before = Counter(chain.logged_error_codes())[error_code]
    poll_until(f"{count} refusals", lambda: Counter(chain.logged_error_codes())[error_code] >= before + count)


def empty_bucket(chain: ChainSetup) -> dict[str, bytes]:
    """Delete every object and return what was deleted."""
    kept = dict(objects(chain.aws, ""))
    for key in kept:
        chain.s3.delete_object(Bucket=names.BUCKET_NAME, Key=key)
    return kept


def test_orders_that_s3_refuses_for_a_while_are_delivered_when_it_accepts(
    chain: ChainSetup, name: str
) -> None:
    # GIVEN a bucket that takes no object
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY_OF_ANOTHER_REGION}
    chain.s3.put_bucket_encryption(
        Bucket=names.BUCKET_NAME,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )

    # WHEN orders arrive, one of them unreadable, and S3 refuses again and again
    ids = chain.write_orders(name, ORDERS)
    chain.write_order_without_price(f"{name}-{ORDERS}")
    by_order = chain.await_orders_in_stream(name, ORDERS + 1)
    unreadable = by_order[f"{name}-{ORDERS}"]
    await_refusals(chain, "S3.KMS.NotFoundException", 4)

    # THEN nothing is there, nothing is missing, and all of them are under way
    status, report = verify()
    assert (chain.delivered(name), chain.error_objects([unreadable])) == ([], [])
    assert (status, report["counts"]["pending"], report["counts"]["missing"]) == (0, ORDERS + 1, 0)

    # WHEN S3 accepts again
    chain.s3.delete_bucket_encryption(Bucket=names.BUCKET_NAME)

    # THEN each order arrives once, and the unreadable one under the error prefix with the time of its arrival
    assert chain.await_delivered(name, ORDERS) == ids
    error_objects = chain.await_error_objects([unreadable])
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        [unreadable], "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record", 1
    )
    assert_accounts_balance()


def test_orders_whose_bucket_is_deleted_arrive_in_the_one_that_is_made_in_its_place(
    chain: ChainSetup, name: str
) -> None:
    # GIVEN a bucket that held orders and was deleted
    first_ids = chain.write_orders(f"{name}-a", ORDERS)
    chain.await_delivered(f"{name}-a", ORDERS)
    kept = empty_bucket(chain)
    chain.s3.delete_bucket(Bucket=names.BUCKET_NAME)

    # WHEN more orders arrive
    ids = chain.write_orders(f"{name}-b", ORDERS)
    await_refusals(chain, "S3.NoSuchBucket", 1)

    # THEN the accounts say what to do
    answer = run_verify()
    assert (answer.returncode, answer.stderr) == (
        2,
        f"verify: bucket {names.BUCKET_NAME} does not exist: create it with `make up` (or `python -m bootstrap`)\n",
    )

    # WHEN that is done, THEN the orders are delivered
    bootstrap()
    assert chain.await_delivered(f"{name}-b", ORDERS) == ids

    # THEN with what the bucket held the accounts balance
    for key, body in kept.items():
        chain.s3.put_object(Bucket=names.BUCKET_NAME, Key=key, Body=body)
    assert chain.delivered(f"{name}-a") == first_ids
    assert_accounts_balance()


def test_malformed_prefix_is_refused_and_changes_nothing(chain: ChainSetup, name: str) -> None:
    # GIVEN the chain's settings
    described = chain.describe()
    (destination,) = described["Destinations"]

    for prefix, error_output_prefix, constraint in MALFORMED_PREFIXES:
        prefixes = {"Prefix": prefix, "ErrorOutputPrefix": error_output_prefix}
        created = {"RoleARN": destination["ExtendedS3DestinationDescription"]["RoleARN"], **prefixes}
        # WHEN a delivery stream is created with such a prefix, or the chain's is updated
        with pytest.raises(ClientError) as creation:
            chain.firehose.create_delivery_stream(
                DeliveryStreamName=name,
                ExtendedS3DestinationConfiguration={
                    "BucketARN": f"arn:aws:s3:::{names.BUCKET_NAME}",
                    **created,
                },
            )
        with pytest.raises(ClientError) as update:
            chain.firehose.update_destination(
                DeliveryStreamName=names.DELIVERY_STREAM_NAME,
                CurrentDeliveryStreamVersionId=described["VersionId"],
                DestinationId=destination["DestinationId"],
                ExtendedS3DestinationUpdate=prefixes,
            )

        # THEN both are refused with AWS's reason
        for caught in (creation, update):
            error = caught.value.response["Error"]
            assert (error["Code"], error["Message"].rpartition(": ")[2]) == (
                "InvalidArgumentException",
                constraint,
            )

    # THEN nothing was created or changed, and orders are delivered as before
    assert name not in chain.firehose.list_delivery_streams(Limit=10_000)["DeliveryStreamNames"]
    assert chain.describe() == described
    ids = chain.write_orders(name, ORDERS)
    assert chain.await_delivered(name, ORDERS) == ids
    assert_accounts_balance()
