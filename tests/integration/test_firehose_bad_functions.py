"""A function that misbehaves, at the end of the whole chain: every order is delivered or under the error prefix.

Codes, messages and numbers of attempts are AWS's where objects with them were published (Lambda.FunctionError,
Lambda.MissingRecordId); docs/fidelity.md says which are not known.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap import names
from bootstrap.archive import transform_archive
from tests.conftest import Aws
from tests.integration import bad_functions
from tests.integration.chain_setup import ChainSetup, assert_accounts_balance, bootstrap
from tests.integration.error_lines import checked_lines, expected_lines

ORDERS = 6
# NumberOfRetries is 3.
ALL_ATTEMPTS = 4
# Kinesis counts the partition key, too.
MAXIMUM_RECORD_BYTES = 1024 * 1024 - len("key")


@dataclass(frozen=True)
class Failure:
    """What the error lines of spoilt records say."""

    error_code: str
    error_message: str
    attempts_made: int = 1


FUNCTION_ERROR = Failure(
    "Lambda.FunctionError",
    "The Lambda function was successfully invoked but it returned an error result.",
    ALL_ATTEMPTS,
)
MISSING_RECORD_ID = Failure(
    "Lambda.MissingRecordId",
    "One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.",
)
DUPLICATED_RECORD_ID = Failure(
    "Lambda.DuplicatedRecordId",
    "Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique "
    "record Id for each record.",
)
NOT_BASE64 = Failure(
    "Lambda.InvalidReturnFormat", "The function returned a malformed record: data is not base64 text."
)
NO_DATA = Failure("Lambda.InvalidReturnFormat", "The function returned a malformed record: data is missing.")
UNREADABLE = Failure(
    "Lambda.JsonProcessingException",
    "There was an error parsing returned records from the Lambda function. Ensure that the returned records follow "
    "the status model required by Amazon Data Firehose.",
    ALL_ATTEMPTS,
)

WHOLE_BATCH = {
    "raises": FUNCTION_ERROR,
    "hangs": FUNCTION_ERROR,
    "returns_seven_megabytes": FUNCTION_ERROR,
    "returns_what_is_not_json": UNREADABLE,
    "returns_text": UNREADABLE,
    "returns_nothing": MISSING_RECORD_ID,
}
SINGLE_RECORDS = {
    "returns_half_of_the_ids": MISSING_RECORD_ID,
    "returns_other_ids": MISSING_RECORD_ID,
    "returns_an_id_twice": DUPLICATED_RECORD_ID,
    "returns_wrong_base64": NOT_BASE64,
    "returns_no_data": NO_DATA,
}


@pytest.fixture(scope="module")
def chain(aws: Aws) -> Iterator[ChainSetup]:
    """Return the chain with the code of the functions that misbehave."""
    bootstrap()
    setup = ChainSetup(aws)
    deploy(setup)
    yield setup
    bootstrap("--destroy")


def deploy(chain: ChainSetup) -> None:
    """Give the function the code of those that misbehave, besides its own."""
    archive = io.BytesIO(transform_archive())
    with zipfile.ZipFile(archive, "a") as entries:
        entries.writestr("bad_functions.py", Path(bad_functions.__file__).read_bytes())
    chain.function.update_function_code(FunctionName=names.FUNCTION_NAME, ZipFile=archive.getvalue())
    chain.await_function()


@pytest.mark.parametrize("function_name", WHOLE_BATCH)
def test_all_records_of_a_call_that_yields_no_answer_are_under_the_error_prefix(
    chain: ChainSetup, name: str, function_name: str
) -> None:
    # GIVEN a function without a usable answer
    chain.use_handler(f"bad_functions.{function_name}", timeout_seconds=1 if function_name == "hangs" else 60)

    # WHEN orders go through it
    chain.write_orders(name, ORDERS)
    sources = list(chain.await_orders_in_stream(name, ORDERS).values())
    error_objects = chain.await_error_objects(sources)

    # THEN each is under the error prefix as it was in the data stream, and none anywhere else
    failure = WHOLE_BATCH[function_name]
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        sources, failure.error_code, failure.error_message, failure.attempts_made
    )
    assert chain.delivered(name) == []
    assert_accounts_balance()


@pytest.mark.parametrize("function_name", SINGLE_RECORDS)
def test_a_record_that_is_answered_badly_fails_alone(
    chain: ChainSetup, name: str, function_name: str
) -> None:
    # GIVEN a function that spoils the orders with an even number
    chain.use_handler(f"bad_functions.{function_name}")

    # WHEN orders go through it
    ids = chain.write_orders(name, ORDERS)
    by_order = chain.await_orders_in_stream(name, ORDERS)
    spoilt = [by_order[order_id] for order_id in ids[::2]]
    error_objects = chain.await_error_objects(spoilt)

    # THEN those are under the error prefix and the others are delivered
    failure = SINGLE_RECORDS[function_name]
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        spoilt, failure.error_code, failure.error_message, failure.attempts_made
    )
    assert chain.await_delivered(name, ORDERS // 2) == ids[1::2]
    assert_accounts_balance()


@pytest.fixture
def own_function(chain: ChainSetup) -> Iterator[None]:
    """Have bootstrap's own function in force, and bring the code of the others back whatever becomes of it."""
    chain.use_handler("transform.handler.lambda_handler")
    yield
    bootstrap()
    deploy(chain)


def test_a_function_that_is_deleted_fails_the_orders_until_it_is_back(
    chain: ChainSetup, name: str, own_function: None
) -> None:
    # GIVEN no function
    chain.function.delete_function(FunctionName=names.FUNCTION_NAME)

    # WHEN orders arrive
    chain.write_orders(f"{name}-a", ORDERS)
    sources = list(chain.await_orders_in_stream(f"{name}-a", ORDERS).values())
    error_objects = chain.await_error_objects(sources)

    # THEN all are under the error prefix with Firehose's reason
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        sources,
        "Lambda.ResourceNotFound",
        "The specified Lambda function does not exist. Use a different function that does exist.",
        ALL_ATTEMPTS,
    )

    # WHEN it is made again, THEN the next orders are delivered
    bootstrap()
    ids = chain.write_orders(f"{name}-b", ORDERS)
    assert chain.await_delivered(f"{name}-b", ORDERS) == ids
    assert_accounts_balance()


def test_a_function_that_is_throttled_fails_the_orders_after_the_retries(
    chain: ChainSetup, name: str, own_function: None
) -> None:
    # GIVEN a function that may not run
    chain.function.put_function_concurrency(FunctionName=names.FUNCTION_NAME, ReservedConcurrentExecutions=0)

    # WHEN orders arrive
    chain.write_orders(name, ORDERS)
    sources = list(chain.await_orders_in_stream(name, ORDERS).values())
    error_objects = chain.await_error_objects(sources)
    chain.function.delete_function_concurrency(FunctionName=names.FUNCTION_NAME)

    # THEN all are under the error prefix with Firehose's reason
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        sources,
        "Lambda.InvokeLimitExceeded",
        "The Lambda concurrent execution limit is exceeded. Increase the concurrent execution limit.",
        ALL_ATTEMPTS,
    )
    assert_accounts_balance()


def test_records_that_are_no_changes_fail_with_their_bytes_kept(
    chain: ChainSetup, name: str, own_function: None
) -> None:
    # GIVEN records that are no text, empty, nested too deeply, and as large as Kinesis takes
    marker = name.encode()
    bodies = [
        b"\xff\xfe\x00" + marker,
        b"",
        b"[" * 100_000 + marker,
        marker.ljust(MAXIMUM_RECORD_BYTES, b"x"),
    ]

    # WHEN they arrive among orders
    ids = chain.write_orders(name, ORDERS)
    for body in bodies:
        chain.put(body)
    sources = [source for source in chain.source_records() if source.data in bodies]
    error_objects = chain.await_error_objects(sources)

    # THEN each is under the error prefix, byte for byte, and the orders are delivered
    assert sorted(source.data for source in sources) == sorted(bodies)
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        sources, "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record", 1
    )
    assert chain.await_delivered(name, ORDERS) == ids
    assert_accounts_balance()


def test_a_record_whose_answer_is_too_large_is_kept(chain: ChainSetup, name: str) -> None:
    # GIVEN a function that makes eight megabytes of one
    chain.use_handler("bad_functions.inflates")

    # WHEN a record of one arrives
    body = name.encode().ljust(MAXIMUM_RECORD_BYTES, b"x")
    chain.put(body)
    sources = [source for source in chain.source_records() if source.data == body]
    error_objects = chain.await_error_objects(sources)

    # THEN it is under the error prefix as it was
    assert checked_lines(error_objects, chain.version_id()) == expected_lines(
        sources, FUNCTION_ERROR.error_code, FUNCTION_ERROR.error_message, ALL_ATTEMPTS
    )
    assert_accounts_balance()
