"""Asks the running sandbox whether it answers and what has been delivered; standard library only."""

import http.client
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

from sandbox.port import LOOPBACK

ANSWER_SECONDS = 5.0
S3_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def is_healthy(port: int) -> bool:
    """Tell whether the emulator's gateway answers."""
    return _get(port, "/_localstack/health") is not None


def notebooks_answer(port: int) -> bool:
    """Tell whether the notebook server answers (`/api` asks for no token)."""
    return _get(port, "/api") is not None


def delivered_objects(port: int, bucket: str, prefix: str, limit: int = 1000) -> int | None:
    """Return how many objects are below a prefix, at most `limit`; None when the bucket cannot be listed.

    Unsigned, because LocalStack checks no signature: so this needs no AWS SDK, and runs before one is installed.
    See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    """
    query = urlencode({"list-type": "2", "prefix": prefix, "max-keys": str(limit)})
    body = _get(port, f"/{bucket}?{query}")
    if body is None:
        return None
    try:
        return int(ElementTree.fromstring(body).findtext(f"{S3_NAMESPACE}KeyCount", "0"))
    except ElementTree.ParseError:
        return None


def _get(port: int, path: str) -> bytes | None:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return body if response.status == 200 else None
