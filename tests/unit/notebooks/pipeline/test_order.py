"""What an item of the table says about its order."""

from typing import Any

import pytest

from notebooks.pipeline.order import field_text, order_in, sentence
from verify.evidence import Content

WHOLE = {
    "orderid": {"S": "7"},
    "product_name": {"S": "Laptop"},
    "quantity": {"N": "3"},
    "price": {"N": "1250.5"},
}


@pytest.mark.parametrize("quantity", ["3", "3.0", "3E+0", "+3"])
def test_a_number_counts_for_what_it_is(quantity: str) -> None:
    assert order_in({**WHOLE, "quantity": {"N": quantity}}) == Content("7", "Laptop", 3, 1250.5)


@pytest.mark.parametrize(
    "difference",
    [
        {"quantity": {"N": "1.5"}},
        {"quantity": {"S": "several"}},
        {"quantity": {"N": "several"}},
        {"quantity": {"N": "NaN"}},
        {"price": {"S": "to be agreed"}},
        {"product_name": {"N": "1"}},
    ],
)
def test_an_item_that_is_no_whole_order_holds_none(difference: dict[str, Any]) -> None:
    assert order_in({**WHOLE, **difference}) is None


@pytest.mark.parametrize("absent", WHOLE)
def test_an_item_without_one_of_the_fields_holds_no_order(absent: str) -> None:
    assert order_in({name: value for name, value in WHOLE.items() if name != absent}) is None


def test_an_order_is_a_sentence() -> None:
    assert sentence(Content("7", "Laptop", 3, 1250.5)) == "3 x Laptop at 1,250.50"


def test_a_field_says_what_is_odd_about_it() -> None:
    # GIVEN
    item = {"orderid": {"S": "7"}, "quantity": {"S": "several"}, "price": {"N": "1250.5"}}

    # WHEN
    texts = [field_text(item, field) for field in ("orderid", "product_name", "quantity", "price")]

    # THEN
    assert texts == ["7", "(missing)", "several (type S)", "1250.5"]
