"""Text and bytes: https://trino.io/docs/current/functions/string.html, regexp.html, url.html, binary.html."""

import re

from sqlglot import exp

from .function import Call, Rule, quoted, same
from .kind import is_kind

_JAVA_REFERENCE = re.compile(r"\\(.)|\$(\d)|\$\{|\\$", re.DOTALL)
# %[flags][width][.precision]conversion of Java's Formatter, as far as DuckDB's printf knows it.
_CONVERSION = re.compile(r"%([-0,+]*\d*(?:\.\d+)?)([a-zA-Z%])")
_CAST_FOR_CONVERSION = {"s": "VARCHAR", "d": "BIGINT", "x": "BIGINT", "f": "DOUBLE", "e": "DOUBLE"}


def _replacement(call: Call) -> str:
    """Return RE2's replacement for Java's: groups are \\1 instead of $1."""
    argument = call.arguments[2]
    if isinstance(argument.node, exp.Lambda):
        raise call.error("a lambda function as replacement")
    if not argument.node.is_string:
        raise call.error("the replacement has to be a text literal")

    def reference(match: re.Match[str]) -> str:
        if match[2]:
            return f"\\{match[2]}"
        if match[1]:
            return "\\\\" if match[1] == "\\" else match[1]
        raise call.error(f"{match[0]} in the replacement", "number the groups: $1")

    return quoted(_JAVA_REFERENCE.sub(reference, argument.node.name))


def _regexp_replace(call: Call) -> str:
    text, pattern = call.arguments[:2]
    replacement = _replacement(call) if len(call.arguments) == 3 else "''"
    return f"regexp_replace({text}, {pattern}, {replacement}, 'g')"


def _format(call: Call) -> str:
    pattern = call.text(0, "the format")
    arguments = list(call.arguments[1:])
    values: list[str] = []
    for _flags, conversion in _CONVERSION.findall(pattern):
        if conversion == "%" or conversion == "n":
            continue
        if conversion not in _CAST_FOR_CONVERSION or len(values) == len(arguments):
            raise call.error(f"%{conversion}", "%s, %d, %x, %f and %e can be translated")
        values.append(f"CAST({arguments[len(values)]} AS {_CAST_FOR_CONVERSION[conversion]})")
    if len(_CONVERSION.sub("", pattern).partition("%")[1]):
        raise call.error("this format", "%s, %d, %x, %f and %e can be translated")
    return f"printf({', '.join([quoted(pattern.replace('%n', chr(10))), *values])})"


def _concat(call: Call) -> str:
    # Unlike DuckDB's concat, NULL makes the answer NULL; || also joins arrays.
    return "(" + " || ".join(f"{argument:p}" for argument in call.arguments) + ")"


def _reverse(call: Call) -> str:
    name = "list_reverse" if is_kind(call.arguments[0].node, "ARRAY") else "reverse"
    return f"{name}({call.arguments[0]})"


def _url_part(group: str) -> str:
    """Return the template that takes one part of a URL, split as RFC 3986 splits it."""
    parts = r"^(?:([^:/?#]+):)?(?://(?:[^/?#]*@)?([^/?#:]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
    return f"regexp_extract({{0}}, '{parts}', {group})"


_PARAMETER = (
    "CASE WHEN regexp_matches({0}, '[?&]' || regexp_escape({1}) || '(=|&|#|$)') "
    "THEN replace(url_decode(regexp_extract({0}, '[?&]' || regexp_escape({1}) || '=([^&#]*)', 1)), '+', ' ') END"
)

TEXT: dict[str, Rule] = {
    **same("chr concat_ws length lower upper ltrim rtrim lpad rpad starts_with strpos translate substr trim"),
    "codepoint": "unicode({0})",
    "concat": _concat,
    "ends_with": "ends_with({0}, {1})",
    "format": _format,
    "from_base64": "from_base64({0})",
    "from_hex": "unhex({0})",
    "from_utf8": "decode({0})",
    "hamming_distance": "hamming({0}, {1})",
    "levenshtein_distance": "levenshtein({0}, {1})",
    "md5": "unhex(md5({0}))",
    "regexp_count": "len(regexp_extract_all({0}, {1}))",
    "regexp_extract": (
        "CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}) END",
        "CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}, {2}) END",
    ),
    "regexp_extract_all": ("regexp_extract_all({0}, {1})", "regexp_extract_all({0}, {1}, {2})"),
    "regexp_like": "regexp_matches({0}, {1})",
    "regexp_replace": _regexp_replace,
    "regexp_split": "str_split_regex({0}, {1})",
    "replace": ("replace({0}, {1}, '')", "replace({0}, {1}, {2})"),
    "reverse": _reverse,
    "sha1": "unhex(sha1({0}))",
    "sha256": "unhex(sha256({0}))",
    "split": "str_split({0}, {1})",
    # Beyond the last part, Trino answers with NULL.
    "split_part": "str_split({0}, {1})[{2}]",
    "to_base64": "base64({0})",
    "to_hex": "hex({0})",
    "to_utf8": "encode({0})",
    "url_decode": "url_decode(replace({0}, '+', ' '))",
    "url_encode": "replace(replace(replace(url_encode({0}), '%20', '+'), '%2A', '*'), '~', '%7E')",
    "url_extract_fragment": _url_part("6"),
    "url_extract_host": _url_part("2"),
    "url_extract_parameter": _PARAMETER,
    "url_extract_path": _url_part("4"),
    "url_extract_port": f"TRY_CAST({_url_part('3')} AS BIGINT)",
    "url_extract_protocol": _url_part("1"),
    "url_extract_query": _url_part("5"),
}
