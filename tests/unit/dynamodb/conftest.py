"""A table with a stream and one item, on moto's backend as this project changes it."""

from typing import Any

import pytest
from moto.dynamodb.models import DynamoDBBackend

from emulator.dynamodb.provider import DynamoDBProvider


@pytest.fixture(scope="session")
def _provider() -> None:
    DynamoDBProvider()


@pytest.fixture
def backend(_provider: None) -> Any:
    """Return moto's backend with a table that has a stream and one item."""
    backend: Any = DynamoDBBackend("eu-north-1", "000000000000")
    backend.create_table(
        name="Orders",
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        throughput=None,
        attr=[{"AttributeName": "id", "AttributeType": "S"}],
        global_indexes=None,
        indexes=None,
        streams={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
    )
    backend.execute_statement("INSERT INTO \"Orders\" VALUE {'id':'a','n':'1'}", [])
    return backend


@pytest.fixture
def indexed(backend: DynamoDBBackend) -> DynamoDBBackend:
    """Return the backend with a table that has a sort key, a local and a global index and no stream."""
    projection = {"ProjectionType": "ALL"}
    backend.create_table(
        name="Indexed",
        schema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
        throughput=None,
        attr=[
            {"AttributeName": "a", "AttributeType": "S"},
            {"AttributeName": "b", "AttributeType": "N"},
            {"AttributeName": "c", "AttributeType": "S"},
            {"AttributeName": "d", "AttributeType": "B"},
        ],
        global_indexes=[
            {
                "IndexName": "by-d",
                "KeySchema": [{"AttributeName": "d", "KeyType": "HASH"}],
                "Projection": projection,
            }
        ],
        indexes=[
            {
                "IndexName": "by-c",
                "KeySchema": [
                    {"AttributeName": "a", "KeyType": "HASH"},
                    {"AttributeName": "c", "KeyType": "RANGE"},
                ],
                "Projection": projection,
            }
        ],
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
    )
    return backend
