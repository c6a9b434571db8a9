"""Parting one record into several.

https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html (more than 500)
"""

import json
import random
import string
from collections.abc import Callable
from typing import Any

import pytest

from emulator.firehose.configuration import RecordDeAggregation
from emulator.firehose.de_aggregation import de_aggregate

JSON = RecordDeAggregation("JSON")
HASHES = RecordDeAggregation("DELIMITED", b"####")


@pytest.mark.parametrize(
    ("data", "sub_records"),
    [
        pytest.param(b'{"a":1}{"a":2}', [b'{"a":1}', b'{"a":2}'], id="documentation: consecutive"),
        pytest.param(b'{"a":1}\n{"a":2}', [b'{"a":1}', b'{"a":2}'], id="documentation: JSON lines"),
        pytest.param(b'{"a":1}\r\n{"a":2}\r\n', [b'{"a":1}', b'{"a":2}'], id="carriage returns"),
        pytest.param(b' \t\n{"a":1} \n\n {}\n', [b'{"a":1}', b"{}"], id="white space around"),
        pytest.param(b'{"a":1}\n', [b'{"a":1}'], id="one line"),
        pytest.param(b'{"a":{"b":{}}}{"c":[{},{}]}', [b'{"a":{"b":{}}}', b'{"c":[{},{}]}'], id="nested"),
        pytest.param(
            rb'{"a":"}{"}{"b":"\"}{\\"}', [rb'{"a":"}{"}', rb'{"b":"\"}{\\"}'], id="braces and quotes in text"
        ),
        pytest.param(
            b'{ "a" : 1 }{"a":\n2}', [b'{ "a" : 1 }', b'{"a":\n2}'], id="white space within is kept"
        ),
        pytest.param(
            b'{"a":1.10,"b":1e400}{"a":1,"a":2}',
            [b'{"a":1.10,"b":1e400}', b'{"a":1,"a":2}'],
            id="digits and repeated names are kept",
        ),
        pytest.param(
            b'{"a":' + b"9" * 5000 + b"}{}", [b'{"a":' + b"9" * 5000 + b"}", b"{}"], id="long number"
        ),
        pytest.param(
            '{"ä":"注文"}{"é":"😀"}'.encode(),
            ['{"ä":"注文"}'.encode(), '{"é":"😀"}'.encode()],
            id="not ASCII",
        ),
        pytest.param(rb'{"a":"\ud83d"}{}', [rb'{"a":"\ud83d"}', b"{}"], id="escapes are kept"),
    ],
)
def test_json_objects_are_parted_with_their_own_bytes(data: bytes, sub_records: list[bytes]) -> None:
    assert de_aggregate(data, JSON) == sub_records


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'[{"a":1}, {"a":2}]', id="documentation: array"),
        pytest.param(b"", id="nothing"),
        pytest.param(b" \n", id="only white space"),
        pytest.param(b'{"a":1},{"a":2}', id="comma between"),
        pytest.param(b'{"a":1}{"a":2', id="cut off"),
        pytest.param(b'{"a":1} rest', id="text after"),
        pytest.param(b'text {"a":1}', id="text before"),
        pytest.param(b'{"a":1}1', id="number after"),
        pytest.param(b'{"a":1}[]', id="array after"),
        pytest.param(b'{"a":NaN}', id="NaN"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', id="byte order mark"),
        pytest.param(b'{"a":"\xff"}{}', id="not UTF-8"),
        pytest.param(b'{"a":1}\x00{"a":2}', id="NUL between"),
        pytest.param(b'{"a":1}\xc2\xa0{"a":2}', id="no-break space between"),
        pytest.param(b"eyJhIjoxfXsiYSI6Mn0=", id="base64"),
        pytest.param(b'{"a":' * 100_000, id="nested too deeply"),
    ],
)
def test_data_that_is_not_only_json_objects_stays_whole(data: bytes) -> None:
    assert de_aggregate(data, JSON) == [data]


@pytest.mark.parametrize(
    ("delimiter", "data", "sub_records"),
    [
        pytest.param(b"####", b"a####b", [b"a", b"b"], id="documentation's delimiter"),
        pytest.param(b"####", b"a####b####", [b"a", b"b"], id="delimiter at the end"),
        pytest.param(b"####", b"####a########b", [b"a", b"b"], id="nothing between delimiters"),
        pytest.param(b"####", b"a###b", [b"a###b"], id="less than a delimiter"),
        pytest.param(b"####", b"a#####b", [b"a", b"#b"], id="more than a delimiter"),
        pytest.param(b"####", b"####", [b"####"], id="only a delimiter"),
        pytest.param(b"####", b"", [b""], id="nothing"),
        pytest.param(b"\n", b" a \r\n{\n", [b" a \r", b"{"], id="other white space is kept"),
        pytest.param(b"\x00", b"\xff\x00\xfe", [b"\xff", b"\xfe"], id="not text"),
    ],
)
def test_delimited_records_are_parted(delimiter: bytes, data: bytes, sub_records: list[bytes]) -> None:
    assert de_aggregate(data, RecordDeAggregation("DELIMITED", delimiter)) == sub_records


@pytest.mark.parametrize(
    ("settings", "sub_record", "delimiter"),
    [
        pytest.param(JSON, b'{"a":1}', b"", id="JSON"),
        pytest.param(HASHES, b"a", b"####", id="DELIMITED"),
    ],
)
def test_record_with_more_than_500_sub_records_stays_whole(
    settings: RecordDeAggregation, sub_record: bytes, delimiter: bytes
) -> None:
    most = delimiter.join([sub_record] * 500)
    too_many = delimiter.join([sub_record] * 501)

    assert de_aggregate(most, settings) == [sub_record] * 500
    assert de_aggregate(too_many, settings) == [too_many]


def any_text(source: random.Random) -> str:
    return "".join(source.choices(string.printable + '{}[]"\\{}ä注😀\x00\u2028', k=source.randrange(8)))


def any_value(source: random.Random, depth: int = 0) -> Any:
    makers: list[Callable[[], Any]] = [
        lambda: any_text(source),
        lambda: source.randrange(-(10**20), 10**20),
        lambda: source.random() * 10 ** source.randrange(-30, 30),
        lambda: source.choice([True, False, None]),
    ]
    if depth < 3:
        makers += [
            lambda: [any_value(source, depth + 1) for _ in range(source.randrange(3))],
            lambda: any_object(source, depth + 1),
        ]
    return source.choice(makers)()


def any_object(source: random.Random, depth: int = 0) -> dict[str, Any]:
    return {any_text(source): any_value(source, depth) for _ in range(source.randrange(4))}


@pytest.mark.parametrize("seed", range(300))
def test_no_byte_of_a_json_object_is_lost_whatever_it_holds(seed: int) -> None:
    # GIVEN objects written in several ways, with white space or nothing between them
    source = random.Random(seed)
    objects = [
        json.dumps(
            any_object(source), ensure_ascii=source.random() < 0.5, indent=source.choice([None, 1])
        ).encode()
        for _ in range(source.randrange(1, 20))
    ]
    gaps = ["".join(source.choices(" \t\r\n", k=source.randrange(3))).encode() for _ in objects]
    data = b"".join(gap + each for gap, each in zip(gaps, objects, strict=True)) + gaps[0]

    # THEN each comes out byte for byte
    assert de_aggregate(data, JSON) == objects


@pytest.mark.parametrize("seed", range(300))
def test_damaged_data_is_passed_on_with_every_byte_but_white_space_between_objects(seed: int) -> None:
    # GIVEN JSON lines in which one byte was changed
    source = random.Random(seed)
    lines = [json.dumps(any_object(source), ensure_ascii=False).encode() for _ in range(5)]
    data = bytearray(b"\n".join(lines))
    data[source.randrange(len(data))] = source.randrange(256)

    # WHEN it is parted
    sub_records = de_aggregate(bytes(data), JSON)

    # THEN it is still whole, or made of objects whose bytes stand there in this order with white space between
    if sub_records != [bytes(data)]:
        rest = bytes(data)
        for sub_record in sub_records:
            assert isinstance(json.loads(sub_record), dict)
            gap, found, rest = rest.partition(sub_record)
            assert (gap.strip(b" \t\r\n"), found) == (b"", sub_record)
        assert rest.strip(b" \t\r\n") == b""


@pytest.mark.parametrize("seed", range(100))
def test_no_byte_between_delimiters_is_lost(seed: int) -> None:
    # GIVEN any bytes with delimiters in them
    source = random.Random(seed)
    data = b"".join(source.choices([b"####", b"#", b"a", b"\n", b"\xff", b"\x00"], k=source.randrange(60)))

    # THEN the sub-records are what remains without the delimiters
    joined = b"".join(de_aggregate(data, HASHES))
    assert joined == (data.replace(b"####", b"") or data)
