"""The projection, tried on simulated shops whose future is known."""

from dataclasses import replace

import numpy as np
import pytest

from notebooks.sales.back_test import binomial_range
from notebooks.sales.history import History
from notebooks.sales.projection import ALL_PRODUCTS, LEVEL, Spread, project
from tests.unit.notebooks.sales.simulated import PRODUCTS, Shop

RUNS = 100
# A right interval fails this once in a thousand times; the seeds are fixed, so it fails always or never.
CERTAINTY = 0.999


@pytest.mark.parametrize(
    ("shop", "known", "horizon"),
    [
        (Shop(9), 20, 20),
        (Shop(9), 60, 60),
        (Shop(2), 60, 30),
        (Shop(9, shape=4.0), 40, 40),
        (Shop(9, ids=1000), 60, 60),
        (Shop(9, ids=200), 60, 120),
        (Shop(9, update_share=0.2, cancellation_share=0.1), 60, 60),
        (Shop(9, ids=1000, update_share=0.2, cancellation_share=0.1), 60, 60),
    ],
    ids=[
        "every order is new, a short time",
        "every order is new",
        "few orders",
        "orders come in bursts",
        "ids repeat",
        "ids repeat so often that revenue no longer grows",
        "updates and cancellations",
        "updates, cancellations and ids that repeat",
    ],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(shop: Shop, known: int, horizon: int) -> None:
    # GIVEN independent runs of the same shop
    held = dict.fromkeys((PRODUCTS[0], ALL_PRODUCTS), 0)
    for seed in range(RUNS):
        truth = shop.run(known + horizon, seed)

        # WHEN
        spreads = {spread.product_name: spread for spread in project(truth.until(known), horizon)}

        # THEN
        gained = truth.net_revenue[:, known:].sum(axis=1)
        for name, actual in ((PRODUCTS[0], gained[0]), (ALL_PRODUCTS, gained.sum())):
            spread = spreads[name]
            assert spread.low is not None
            assert spread.high is not None
            held[name] += spread.low <= actual <= spread.high
    low, high = binomial_range(RUNS, LEVEL, CERTAINTY)
    assert all(low <= count <= high for count in held.values()), (
        f"{held}, of {RUNS}; {low} to {high} are right"
    )


def test_where_ids_repeat_the_expected_value_bends_with_revenue() -> None:
    # GIVEN a shop in which orders take each other's place: after an hour of 10 a minute among 1,000 ids, six hours more
    # bring 1,000 (e^-0.6 - e^-4.2) = 534 new orders in the mean; at the pace of the first hour it would be 2,707
    shop, known, horizon = Shop(10, ids=1000), 60, 360
    mean_value = 3 * 255.0
    expected = []

    # WHEN
    for seed in range(20):
        spread = project(shop.run(known, seed), horizon)[-1]
        assert spread.expected is not None
        expected.append(spread.expected)

    # THEN
    assert np.mean(expected) == pytest.approx(534 * mean_value, rel=0.15)


def test_the_same_history_gives_the_same_numbers() -> None:
    past = Shop(9).run(30, seed=1)

    assert project(past, 10) == project(past, 10)


def test_the_interval_widens_with_the_horizon_and_is_nothing_at_its_beginning() -> None:
    # GIVEN
    past = Shop(9, ids=1000).run(30, seed=1)

    # WHEN
    widths = [
        (spread.high or 0) - (spread.low or 0) for spread in (project(past, h)[0] for h in (0, 0.5, 5, 50))
    ]

    # THEN
    assert widths[0] == pytest.approx(0, abs=1e-6)
    assert widths == sorted(widths)


def test_the_pace_is_that_of_the_last_hour() -> None:
    # GIVEN a shop that sold for an hour, and then nothing for an hour
    busy = Shop(9).run(60, seed=1)
    quiet = np.zeros(60)
    past = replace(
        busy,
        net_revenue=np.hstack([busy.net_revenue, np.zeros((len(PRODUCTS), 60))]),
        movements=np.hstack([busy.movements, np.ones((len(PRODUCTS), 60))]),
        changes=np.concatenate([busy.changes, quiet]),
        replacing=np.concatenate([busy.replacing, quiet]),
        standing=np.concatenate([busy.standing, np.full(60, busy.changes.sum())]),
    )

    # WHEN
    highest = [spread.high for spread in project(past, 60)]

    # THEN
    assert highest == pytest.approx([0.0] * 4, abs=1e-6)


def test_where_nothing_was_ever_taken_back_revenue_is_not_expected_to_fall() -> None:
    # GIVEN so few orders that a symmetric interval would reach below zero
    spreads = project(Shop(2).run(20, seed=3), 1)

    # THEN
    assert all(spread.low is None or spread.low >= 0 for spread in spreads)


def few_minutes() -> History:
    return Shop(100).run(4, seed=1)


def few_changes() -> History:
    past = Shop(9).run(10, seed=1)
    movements = past.movements.copy()
    movements[1] = 0
    movements[1, :9] = 1
    return replace(past, movements=movements)


def test_less_than_five_minutes_are_too_little() -> None:
    reason = "4 of at least 5 whole minutes"

    assert project(few_minutes(), 10) == [
        Spread(name, None, None, None, reason) for name in (*PRODUCTS, ALL_PRODUCTS)
    ]


def test_less_than_ten_changes_of_a_product_are_too_little_for_it_alone() -> None:
    # WHEN
    reasons = {spread.product_name: spread.too_little for spread in project(few_changes(), 10)}

    # THEN
    assert reasons == {
        "Charger": None,
        "Laptop": "9 of at least 10 changes in the last 10 minutes",
        "Phone": None,
        ALL_PRODUCTS: None,
    }
