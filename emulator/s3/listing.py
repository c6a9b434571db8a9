"""Listings whose names are URL-encoded, as clients ask for that take any name."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_NAMES = ("Delimiter", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter")
_LISTS = {
    "CommonPrefixes": "Prefix",
    "Contents": "Key",
    "DeleteMarkers": "Key",
    "Uploads": "Key",
    "Versions": "Key",
}


def url_encoded(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of a listing with every name in it URL-encoded, slashes as they are.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    """
    encoded: dict[str, Any] = {}
    for name, value in answer.items():
        encoded[name] = quote(value) if name in _NAMES and value else value
    for list_name, member in _LISTS.items():
        if entries := encoded.get(list_name):
            encoded[list_name] = [{**entry, member: quote(entry[member])} for entry in entries]
    return encoded | {"EncodingType": "url"}
