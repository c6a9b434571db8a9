"""The names that the other parts look up."""

from bootstrap import names


def test_expressions_begin_with_the_prefixes_to_look_under() -> None:
    # WHEN the prefix expressions are compared with the prefixes, THEN they begin with them
    assert names.PREFIX_EXPRESSION.startswith(names.ORDERS_PREFIX)
    assert names.ERROR_OUTPUT_PREFIX_EXPRESSION.startswith(names.ERRORS_PREFIX)
