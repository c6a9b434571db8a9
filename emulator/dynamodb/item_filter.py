"""A condition in the form in which moto's Scan and Query ask it."""

from moto.dynamodb.models.dynamo_type import Item

from emulator.dynamodb.expressions.conditions import Condition


class ItemFilter:
    """Takes the place of moto's parsed expressions."""

    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def expr(self, item: Item | None) -> bool:
        """Tell whether an item passes."""
        return self._condition(item.attrs if item is not None else None)
