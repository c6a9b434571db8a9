"""Filter patterns: LocalStack's event pattern engine, corrected where AWS differs."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localstack.aws.api.events import InvalidEventPatternException
from localstack.services.events.event_rule_engine import EventPatternCompiler, EventRuleEngine

from emulator.pipes.document import KINESIS_FIELD, with_document

MAXIMUM_COMBINATIONS = 1000
_WILDCARD = re.compile(r"(?<!\\)\*")
_STRING_OPERATORS = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard", "cidr"})


class InvalidPatternError(ValueError):
    """A filter pattern that AWS refuses; the message is AWS's."""


def compile_filter(
    patterns: Sequence[str], document_field: str | None = None
) -> Callable[[Mapping[str, Any]], bool]:
    """Return a predicate that holds for the events that match at least one of the patterns.

    Patterns look into the document that the event carries as text in `document_field`, if it carries one.

    Raises:
        InvalidPatternError: one of them is not an event pattern.
    """
    compiled = [EventPattern(pattern, document_field) for pattern in patterns]

    def matches(event: Mapping[str, Any]) -> bool:
        if document_field is not None:
            event = with_document(event, document_field)
        return any(pattern.matches(event) for pattern in compiled)

    return matches


class EventPattern:
    """One compiled pattern.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
    """

    def __init__(self, text: str, document_field: str | None = None) -> None:
        pattern = _parse(text)
        if _combinations(pattern) > MAXIMUM_COMBINATIONS:
            raise InvalidPatternError(
                f"Invalid Event Pattern. Reason: $or makes more than {MAXIMUM_COMBINATIONS} combinations"
            )
        self._alternatives: list[dict[str, list[Any]]] = EventRuleEngine.flatten_pattern(pattern)
        self._document_field = document_field
        if document_field == KINESIS_FIELD and any(KINESIS_FIELD in names for names in self._alternatives):
            raise InvalidPatternError(f"Invalid Event Pattern. Reason: {KINESIS_FIELD} must be a JSON object")

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Tell whether the event has what the pattern asks for.

        Keys that lead into the same array have to match in the same member of it.
        """
        leaves = EventRuleEngine.flatten_payload(event, self._alternatives)
        names = {name for leaf in leaves for name in leaf}
        return any(
            self._applies(alternative, event)
            and any(
                all(
                    any(_CORRECTED.holds(condition, leaf, name, names) for condition in conditions)
                    for name, conditions in alternative.items()
                )
                for leaf in leaves
            )
            for alternative in self._alternatives
        )

    def _applies(self, alternative: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
        """Tell whether there is a document, if the pattern asks for what is in it."""
        field = self._document_field
        if field is None or isinstance(event.get(field), dict | list):
            return True
        return not any(name.startswith(f"{field}.") for name in alternative)


class _CorrectedEngine(EventRuleEngine):
    """What LocalStack's engine gets wrong for typed JSON: absent fields, other types, empty wildcards."""

    def holds(self, condition: Any, leaf: Mapping[str, Any], name: str, names: set[str]) -> bool:
        """Evaluate one condition; `names` are the leaves of the whole event."""
        if isinstance(condition, dict) and "exists" in condition:
            return bool(condition["exists"] == (name in names))
        # Every operator but `exists` needs a value, `anything-but` included.
        if name not in leaf:
            return False
        value = leaf[name]
        if not isinstance(condition, dict):
            return _equal(condition, value)
        operator, operand = next(iter(condition.items()))
        if operator == "anything-but" and not isinstance(operand, dict):
            operands = operand if isinstance(operand, list) else [operand]
            return not any(_equal(excluded, value) for excluded in operands)
        if operator == "anything-but" and not isinstance(value, str):
            return True
        if operator in _STRING_OPERATORS and not isinstance(value, str):
            return False
        if operator == "numeric" and isinstance(value, bool):
            return False
        return bool(self._evaluate_condition(value, condition, field_exists=True))

    @staticmethod
    def _evaluate_wildcard(condition: str, value: str) -> bool:
        """Unlike LocalStack's, `*` also stands for nothing, and a backslash takes its meaning away."""
        literals = (part.replace("\\*", "*").replace("\\\\", "\\") for part in _WILDCARD.split(condition))
        return re.fullmatch(".*".join(map(re.escape, literals)), value, re.DOTALL) is not None


_CORRECTED = _CorrectedEngine()


def _equal(condition: Any, value: Any) -> bool:
    # For Python, true is 1; for JSON it is not.
    return isinstance(condition, bool) is isinstance(value, bool) and bool(condition == value)


def _parse(text: str) -> dict[str, Any]:
    """Read and check a pattern; of a key that occurs twice, the last one counts."""
    try:
        pattern = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidPatternError("Invalid Event Pattern") from error
    if not isinstance(pattern, dict):
        raise InvalidPatternError("Invalid Event Pattern")
    _check_objects(pattern)
    try:
        EventPatternCompiler().compile_event_pattern(pattern)
    except InvalidEventPatternException as error:
        reason = str(error).partition("Reason: ")[2] or str(error)
        raise InvalidPatternError(f"Invalid Event Pattern. Reason: {reason}") from error
    return pattern


def _check_objects(pattern: Mapping[str, Any]) -> None:
    """Check what LocalStack's compiler does not: empty objects, and the shape of `$or`."""
    if not pattern:
        raise InvalidPatternError("Invalid Event Pattern. Reason: Empty objects are not allowed")
    for key, value in pattern.items():
        if key == "$or" and isinstance(value, list) and all(isinstance(member, dict) for member in value):
            if len(value) < 2:
                raise InvalidPatternError(
                    "Invalid Event Pattern. Reason: There must be at least 2 Objects in $or"
                )
            for alternative in value:
                _check_objects(alternative)
        elif key == "$or":
            raise InvalidPatternError("Invalid Event Pattern. Reason: $or must be an array of objects")
        elif isinstance(value, dict):
            _check_objects(value)


def _combinations(pattern: Mapping[str, Any]) -> int:
    """Count the alternatives that the `$or`s of a pattern make together."""
    count = 1
    for key, value in pattern.items():
        if key == "$or":
            count *= sum(_combinations(alternative) for alternative in value)
        elif isinstance(value, dict):
            count *= _combinations(value)
    return count
