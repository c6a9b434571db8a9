"""The messages in what a CloudWatch Logs subscription sends."""

from typing import Any

from emulator.firehose.json_text import parse


class EnvelopeError(ValueError):
    """The data is not what a CloudWatch Logs subscription sends."""


def extract_messages(data: bytes) -> bytes:
    """Return the messages of the log events, each followed by a newline.

    Everything else in the envelope is left out. A control message, which only asks whether the destination is
    there, becomes nothing at all: an empty record, as captures of AWS show.

    Raises:
        EnvelopeError: `data` is not such an envelope.

    https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html
    """
    match _parse(data):
        case {"messageType": "CONTROL_MESSAGE"}:
            return b""
        case {"messageType": "DATA_MESSAGE", "logEvents": list(log_events)}:
            return b"".join([_message(log_event) for log_event in log_events])
        case _:
            raise EnvelopeError("The data is not a message of CloudWatch Logs.")


def _parse(data: bytes) -> Any:
    try:
        return parse(data)
    except ValueError as error:
        raise EnvelopeError("The data is not JSON.") from error


def _message(log_event: Any) -> bytes:
    match log_event:
        case {"message": str(message)}:
            try:
                return message.encode() + b"\n"
            except UnicodeEncodeError as error:
                raise EnvelopeError("A message is not valid text.") from error
        case _:
            raise EnvelopeError("A log event has no message.")
