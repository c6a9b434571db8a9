"""Operations on tables that reach into other services."""

from tests.conftest import Aws


def test_a_table_is_encrypted_with_the_key_of_dynamodb(aws: Aws, name: str) -> None:
    # GIVEN a table that names no key
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True},
    )

    # THEN its key is the one that KMS knows by DynamoDB's alias
    description = dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]
    key = aws.client("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    assert description == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
