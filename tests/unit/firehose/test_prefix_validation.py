"""Which prefixes are refused, and in which words.

https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

import string

import pytest

from emulator.firehose.validation.destination import check_destination
from tests.unit.firehose.refusal import refusal
from tests.unit.firehose.wire_fakes import destination, partitioned

TYPED = "errors/!{firehose:error-output-type}/"
# All 52 letters were tried on AWS as a timestamp's pattern; these were refused.
REFUSED_LETTERS = "CIJPRTUVbfijloprt"


@pytest.mark.parametrize(
    ("prefix", "error_output_prefix", "constraint"),
    [
        (
            "!{timestamp:yyyy}/",
            "",
            "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
        ),
        (
            "data/",
            "errors/!{timestamp:yyyy}/",
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
        ),
        (
            "!{firehose:error-output-type}/",
            TYPED,
            "Prefix must not contain any occurrence of !{firehose:error-output-type}",
        ),
        (
            "!{firehose:bogus}/",
            TYPED,
            "Invalid conversion character used in the value of the expression in Prefix",
        ),
        (
            "",
            TYPED + "!{timestamp:yyyy/bbb}/",
            "Invalid conversion character used in the value of the expression in ErrorOutputPrefix",
        ),
        (
            "my!{prefix/",
            TYPED,
            "Invalid expression usage: my!{prefix/.Must be of the form !{<namespace>:<value>}",
        ),
        ("a/!{bogus:yyyy}/", TYPED, "Namespace to the left of colon (bogus) is an invalid keyword!"),
        ("x" * 601, "", "Length of evaluated prefix cannot be greater than 512"),
        ("", "x" * 513, "Length of evaluated prefix cannot be greater than 512"),
    ],
)
def test_prefix_that_breaks_a_rule_is_refused(prefix: str, error_output_prefix: str, constraint: str) -> None:
    wire = destination(Prefix=prefix, ErrorOutputPrefix=error_output_prefix)

    assert refusal(wire) == f"The supplied prefix(es) do not satisfy the following constraint: {constraint}"


def test_partition_keys_are_refused_in_error_prefixes() -> None:
    wire = partitioned(ErrorOutputPrefix=TYPED + "!{partitionKeyFromQuery:customer}/")

    assert refusal(wire) == "Dynamic Partitioning Namespaces can't be part of an error prefix expression"


@pytest.mark.parametrize("namespace", ["partitionKeyFromQuery", "partitionKeyFromLambda"])
def test_partition_keys_are_refused_without_dynamic_partitioning(namespace: str) -> None:
    wire = destination(Prefix=f"!{{{namespace}:a}}/", ErrorOutputPrefix=TYPED)

    assert "only when Dynamic Partitioning is enabled" in refusal(wire)


@pytest.mark.parametrize("letter", REFUSED_LETTERS)
def test_letter_that_aws_refuses_in_timestamps_is_refused(letter: str) -> None:
    wire = destination(Prefix=f"!{{timestamp:{letter}}}/", ErrorOutputPrefix=TYPED)

    assert "Invalid conversion character" in refusal(wire)


@pytest.mark.parametrize("letter", sorted(set(string.ascii_letters) - set(REFUSED_LETTERS) - {"v"}))
def test_letter_that_aws_takes_in_timestamps_is_taken(letter: str) -> None:
    check_destination(destination(Prefix=f"!{{timestamp:{letter}}}/", ErrorOutputPrefix=TYPED))


# https://github.com/radkawar/stackd/blob/main/internal/services/firehose/s3_timestamp.go (accepted on AWS)
@pytest.mark.parametrize("pattern", ["VV", "ppH", "yyyy-pppD", "'C'yyyy"])
def test_pattern_of_letters_that_are_refused_alone_is_taken(pattern: str) -> None:
    check_destination(destination(Prefix=f"!{{timestamp:{pattern}}}/", ErrorOutputPrefix=TYPED))


@pytest.mark.parametrize("pattern", ["yyyy/C", "VVV", "yyyypp", "pp/H", "JJ"])
def test_pattern_that_java_cannot_read_is_refused(pattern: str) -> None:
    wire = destination(Prefix=f"!{{timestamp:{pattern}}}/", ErrorOutputPrefix=TYPED)

    assert "Invalid conversion character" in refusal(wire)


def test_generic_zone_names_are_refused_as_not_built() -> None:
    wire = destination(Prefix="!{timestamp:v}/", ErrorOutputPrefix=TYPED)

    assert "not supported by this emulator" in refusal(wire)


@pytest.mark.parametrize(
    ("prefix", "error_output_prefix"),
    [
        ("a/!{timestamp:yyyy'T'HH}/!{firehose:random-string}/", TYPED),
        ("a/!{timestamp:yyyy}/", "plainerror/"),
        ("", "errors/"),
        ("x" * 512, ""),
    ],
)
def test_prefix_within_the_rules_is_taken(prefix: str, error_output_prefix: str) -> None:
    check_destination(destination(Prefix=prefix, ErrorOutputPrefix=error_output_prefix))
