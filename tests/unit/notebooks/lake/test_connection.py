"""How the lake is found: as boto3 finds AWS."""

import pytest

from bootstrap import names
from notebooks.lake import Crawler, LakeError, known
from notebooks.lake.connection import secret_options

VARIABLES = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
)


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide whatever the machine is configured with."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def secret(**variables: str) -> dict[str, str]:
    """Return DuckDB's S3 secret under these variables."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        return secret_options()


KEYS = {"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "it's"}
EXPECTED = {"KEY_ID": "'test'", "SECRET": "'it''s'", "REGION": "'eu-north-1'"}


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, {}),
        (
            {"AWS_ENDPOINT_URL": "http://localstack:4566"},
            {"ENDPOINT": "'localstack:4566'", "URL_STYLE": "'path'", "USE_SSL": "false"},
        ),
        (
            {"AWS_ENDPOINT_URL": "http://elsewhere:1", "AWS_ENDPOINT_URL_S3": "https://s3.example:4566/"},
            {"ENDPOINT": "'s3.example:4566'", "URL_STYLE": "'path'", "USE_SSL": "true"},
        ),
        ({"AWS_SESSION_TOKEN": "token"}, {"SESSION_TOKEN": "'token'"}),
    ],
    ids=["AWS itself", "an endpoint", "an endpoint for S3, with TLS", "temporary credentials"],
)
def test_the_lake_is_where_boto3_looks(variables: dict[str, str], options: dict[str, str]) -> None:
    # WHEN
    found = secret(**KEYS, **variables)

    # THEN
    assert found == {**EXPECTED, **options}


@pytest.mark.parametrize("absent", ["AWS_REGION", "AWS_ACCESS_KEY_ID"])
def test_without_region_or_credentials_the_variables_to_set_are_named(absent: str) -> None:
    # GIVEN
    variables = {name: value for name, value in KEYS.items() if name != absent}
    if absent == "AWS_ACCESS_KEY_ID":
        del variables["AWS_SECRET_ACCESS_KEY"]

    # WHEN
    with pytest.raises(LakeError) as refusal:
        secret(**variables)

    # THEN
    assert str(refusal.value) == (
        "no AWS region or credentials: set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )


def test_an_endpoint_that_does_not_answer_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    for variable, value in {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    crawler = Crawler("bucket")

    # WHEN / THEN
    with pytest.raises(LakeError, match=r"S3 does not answer: .*Start the sandbox with `make up`\.$"):
        crawler.crawl()
    crawler.close()


def test_the_lake_is_the_bucket_and_the_prefixes_that_bootstrap_makes() -> None:
    # The notebooks' image need not carry bootstrap, so the names stand in both.
    assert (known.BUCKET_NAME, known.ORDERS_PREFIX, known.ERRORS_PREFIX) == (
        names.BUCKET_NAME,
        names.ORDERS_PREFIX,
        names.ERRORS_PREFIX,
    )
    folders = names.PREFIX_EXPRESSION.removeprefix(names.ORDERS_PREFIX).split("/")[:-1]
    assert [folder.partition("=")[0] for folder in folders] == list(known.ORDER_PARTITIONS)
