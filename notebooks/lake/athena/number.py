"""Numbers: https://trino.io/docs/current/functions/math.html, bitwise.html, conditional.html."""

from .function import Call, Rule, same


def _extreme(name: str) -> Rule:
    """Return the rule of greatest or least: in Trino one NULL makes the answer NULL, DuckDB leaves it out."""

    def rule(call: Call) -> str:
        joined = ", ".join(argument.sql for argument in call.arguments)
        unknown = [f"{argument:p} IS NULL" for argument in call.arguments if not argument.node.is_number]
        if not unknown:
            return f"{name}({joined})"
        return f"CASE WHEN NOT ({' OR '.join(unknown)}) THEN {name}({joined}) END"

    return rule


_RANDOM = (
    "random()",
    "CAST(floor(random() * {0:p}) AS BIGINT)",
    "({0:p} + CAST(floor(random() * ({1:p} - {0:p})) AS BIGINT))",
)

NUMBERS: dict[str, Rule] = {
    **same(
        "abs acos asin atan atan2 cbrt cos cosh degrees exp ln log10 log2 pi radians round sign sin sinh "
        "sqrt tan tanh coalesce nullif uuid"
    ),
    "bitwise_and": "({0:p} & {1:p})",
    "bitwise_not": "(~{0:p})",
    "bitwise_or": "({0:p} | {1:p})",
    "bitwise_xor": "xor({0}, {1})",
    "ceil": "ceil({0})",
    "ceiling": "ceil({0})",
    "e": "exp(1)",
    "floor": "floor({0})",
    "greatest": _extreme("greatest"),
    "infinity": "CAST('Infinity' AS DOUBLE)",
    "is_finite": "isfinite({0})",
    "is_infinite": "isinf({0})",
    "is_nan": "isnan({0})",
    "least": _extreme("least"),
    "log": "log({0}, {1})",
    "mod": "({0:p} % {1:p})",
    "nan": "CAST('NaN' AS DOUBLE)",
    "pow": "power({0}, {1})",
    "power": "power({0}, {1})",
    "rand": _RANDOM,
    "random": _RANDOM,
    "to_base": "lower(to_base({0}, {1}))",
    "truncate": ("trunc({0})", "trunc({0}, {1})"),
    "try": "TRY({0})",
    "width_bucket": "CASE WHEN {0:p} < {1:p} THEN 0 WHEN {0:p} >= {2:p} THEN {3:p} + 1 "
    "ELSE CAST(floor(({0:p} - {1:p}) * {3:p} / ({2:p} - {1:p})) AS BIGINT) + 1 END",
}
