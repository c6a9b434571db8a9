"""What the commands tell about the running sandbox: the last lines of `up`, and the table of `status`."""

from collections.abc import Sequence

from sandbox.aws_environment import endpoint_url
from sandbox.first_delivery import BUCKET, ERRORS_PREFIX, ORDERS_PREFIX, buffer_seconds
from sandbox.health import delivered_objects, is_healthy
from sandbox.mode import Mode
from sandbox.port import LOOPBACK
from sandbox.runner import Part
from sandbox.settings import Settings

# More than a page of the listing is not counted: status is quick.
COUNTED_OBJECTS = 1000


def notebooks_url(settings: Settings, token: str) -> str:
    """Return the address to open; a token that we did not make is in the log of the part."""
    if not token:
        return "make logs PART=notebooks shows its URL"
    return f"http://{LOOPBACK}:{settings.notebooks_port}/lab/tree/product_sales.ipynb?token={token}"


def closing_words(mode: Mode, settings: Settings, token: str) -> str:
    """Return what runs, where, where the data lands, and what to do next."""
    where = "in Docker" if mode == "docker" else "on this machine"
    return f"""
The sandbox runs {where}; orders flow.
  AWS endpoint  {endpoint_url(settings)} (region {settings.aws_region}, keys: test, test)
  JupyterLab    {notebooks_url(settings, token)}
  Data          s3://{BUCKET}/{ORDERS_PREFIX}, up to {buffer_seconds(settings)} s after its order: \
TRANSFORM_BUFFER_INTERVAL_SECONDS={settings.transform_buffer_interval_seconds} (AWS's default: 60) \
and S3_BUFFER_INTERVAL_SECONDS={settings.s3_buffer_interval_seconds} (300)

Next:
  make sales      shows sales by product as they happen, and the pipeline's health
  make verify     accounts for every order, hop by hop
  eval "$(make env)" && awslocal s3 ls --recursive s3://{BUCKET}/
  make down       stops it (make reset also drops the data)"""


def status_table(mode: Mode, parts: Sequence[Part], settings: Settings, token: str) -> str:
    """Return each part with its state, and for the servers how they answer."""
    remarks = {
        "localstack": _endpoint_remark(settings),
        "notebooks": notebooks_url(settings, token)
        if token
        else "its log has the URL: make logs PART=notebooks",
    }
    rows = [("part", "state", "since", "")]
    rows += [(part.name, part.state, part.since, remarks.get(part.name, "")) for part in parts]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]
        ).rstrip()
        for row in rows
    ]
    return "\n".join([f"mode: {mode}", *lines, *_objects(settings)])


def _endpoint_remark(settings: Settings) -> str:
    url = endpoint_url(settings)
    return url if is_healthy(settings.localstack_port) else f"{url} does not answer"


def _objects(settings: Settings) -> list[str]:
    counts = []
    for prefix in (ORDERS_PREFIX, ERRORS_PREFIX):
        count = delivered_objects(settings.localstack_port, BUCKET, prefix, limit=COUNTED_OBJECTS)
        if count is None:
            return []
        more = " or more" if count >= COUNTED_OBJECTS else ""
        counts.append(f"{count}{more} in s3://{BUCKET}/{prefix}")
    return [f"objects: {', '.join(counts)}"]
