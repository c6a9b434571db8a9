"""Is put into the function's zip file for a while: logs what the handler was given for some orders, and its answer.

It runs as `inside_observer` in the function's runtime, which has nothing of this project.
"""

import base64
import importlib
import json
from pathlib import Path
from typing import Any

# What a log line of ours begins with.
MARK = "INSIDE "


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    """Call the true handler, and log what it was given and what it answered."""
    told = json.loads(Path(__file__).with_name("inside_observer.json").read_text())
    module_name, _, handler_name = told["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module_name.replace("/", ".")), handler_name)
    answer = handler(event, context)
    wanted = {
        record["recordId"]
        for record in event["records"]
        if told["order_id_prefix"].encode() in base64.b64decode(record["data"])
    }
    if wanted:
        print(MARK + json.dumps({"event": only(event, wanted), "answer": only(answer, wanted)}))  # noqa: T201
    return answer


def only(message: dict[str, Any], record_ids: set[str]) -> dict[str, Any]:
    """Return an event or answer with some of its records: the others are nobody's business."""
    records = [record for record in message["records"] if record["recordId"] in record_ids]
    return {**message, "records": records}
