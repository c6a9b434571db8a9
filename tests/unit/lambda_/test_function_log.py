"""How a function's output becomes log events."""

import pytest

from emulator.lambda_ import function_log
from emulator.lambda_.function_log import FRAME_HEADER, MAX_EVENT_BYTES, FunctionLog


def framed(message: bytes, frame_type: int = 0xA55A0003) -> bytes:
    return FRAME_HEADER.pack(frame_type.to_bytes(4, "big"), len(message), 1_700_000_000_000_000) + message


@pytest.mark.parametrize(
    ("output", "events"),
    [
        pytest.param(b"one\ntwo\n", ["one", "two"], id="a line is an event"),
        pytest.param(b"one\n\n\ntwo\n", ["one", "two"], id="an empty line is none"),
        pytest.param(b"one\ntw", ["one", "tw"], id="an unfinished line is an event"),
        pytest.param(
            framed(b"[ERROR] a\nTraceback\n"), ["[ERROR] a\nTraceback"], id="a message of many lines is one"
        ),
        pytest.param(
            b"a\n" + framed(b"b\n") + b"c\n", ["a", "b", "c"], id="lines and messages keep their order"
        ),
        pytest.param(
            b"half" + framed(b"b") + b"rest\n", ["half", "b", "rest"], id="a message ends an open line"
        ),
        pytest.param(framed(b"x\n", 0xA55A0017), ["x"], id="a message of any level"),
        pytest.param(b"\xff\xfe\n", ["\ufffd\ufffd"], id="bytes that are not UTF-8 are kept visible"),
        pytest.param("naïve\r\n".encode(), ["naïve"], id="a carriage return before the end is not text"),
        pytest.param(
            b"x" * (MAX_EVENT_BYTES + 1) + b"\n", ["x" * MAX_EVENT_BYTES, "x"], id="an endless line is cut"
        ),
        pytest.param(
            b"\xa5\x5a\x00\x03 is no message\nnext\n",
            ["\ufffdZ\x00\x03 is no message", "next"],
            id="a message's first bytes without its time stamp are the function's own",
        ),
        pytest.param(
            b"\xa5\x5a\x00\x03 is no message" + framed(b"but this\none"),
            ["\ufffdZ\x00\x03 is no message", "but this\none"],
            id="a message behind such bytes",
        ),
    ],
)
def test_output_is_cut_into_events(output: bytes, events: list[str]) -> None:
    # GIVEN
    log = FunctionLog()

    # WHEN
    log.feed(output)

    # THEN
    assert log.take() == events


def test_cuts_do_not_depend_on_how_the_output_arrives() -> None:
    # GIVEN
    output = b"one\n" + framed(b"zwei\ndrei\n") + b"four\nfi"
    log = FunctionLog()

    # WHEN
    for index in range(len(output)):
        log.feed(output[index : index + 1])

    # THEN
    assert log.take() == ["one", "zwei\ndrei", "four", "fi"]


def test_events_are_handed_out_once() -> None:
    # GIVEN
    log = FunctionLog()
    log.feed(b"one\n")
    log.take()

    # WHEN
    log.feed(b"two\n")

    # THEN
    assert log.take() == ["two"]


def test_platform_event_comes_after_what_was_written_before() -> None:
    # GIVEN
    log = FunctionLog()
    log.feed(b"unfinished")

    # WHEN
    log.append("END")
    log.feed(b" line\n")

    # THEN
    assert log.take() == ["unfinished", "END", " line"]


def test_message_under_way_waits_for_its_rest() -> None:
    # GIVEN
    log = FunctionLog()
    message = framed(b"whole")
    log.feed(message[:-3])
    before = log.take()

    # WHEN
    log.feed(message[-3:])

    # THEN
    assert (before, log.take()) == ([], ["whole"])


def test_message_that_a_killed_process_left_half_written_is_kept() -> None:
    # GIVEN
    log = FunctionLog()
    log.feed(framed(b"half a message")[:-8])

    # WHEN
    log.close()

    # THEN
    assert log.take() == ["half a"]


def test_log_that_never_stops_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    monkeypatch.setattr(function_log, "MAX_HELD_BYTES", 70)
    log = FunctionLog()

    # WHEN
    log.feed(b"12345\n67890\nover\nover\n")
    log.append("END")
    first = log.take()
    log.feed(b"later\n")

    # THEN
    assert first == ["12345", "67890", "LOGS_DROPPED 2 events, 8 bytes: an invocation keeps 70 bytes.", "END"]
    assert log.take() == ["later"]
