"""What the functions of all expressions have in common: how many operands they take, and of which types."""

from emulator.dynamodb.expressions.tokens import Tokens

OPERANDS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
    "if_not_exists": 2,
    "list_append": 2,
}
OF_CONDITIONS = frozenset(OPERANDS) - {"if_not_exists", "list_append"}
OF_UPDATES = frozenset({"if_not_exists", "list_append"})


def check_function(name: str, allowed: frozenset[str], tokens: Tokens) -> None:
    """Refuse a function that DynamoDB does not have, or not in an expression of this kind."""
    if name not in OPERANDS:
        raise tokens.invalid(f"Invalid function name; function: {name}")
    if name not in allowed:
        raise tokens.invalid(f"The function is not allowed in this expression; function: {name}")


def check_operand_count(name: str, count: int, tokens: Tokens) -> None:
    """Refuse more or fewer operands than a function takes."""
    if count != OPERANDS[name]:
        raise tokens.invalid(
            "Incorrect number of operands for operator or function; "
            f"operator or function: {name}, number of operands: {count}"
        )


def check_operand_type(name: str, kind: str | None, allowed: tuple[str, ...], tokens: Tokens) -> None:
    """Refuse an operand whose type is known from the request, and is none that the operator takes."""
    if kind is not None and kind not in allowed:
        raise tokens.invalid(
            "Incorrect operand type for operator or function; "
            f"operator or function: {name}, operand type: {kind}"
        )
