"""The back-test: cuts that do not overlap, and honest numbers about what was projected."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from notebooks.sales.back_test import BackTest, Trial, back_test, binomial_range, horizon_for
from tests.unit.notebooks.sales.simulated import PRODUCTS, START, Shop


def trial(low: float, expected: float, high: float, actual: float, naive: float = 0.0) -> Trial:
    return Trial("Phone", START, low, expected, high, actual, naive)


def test_the_history_is_cut_from_its_end_without_overlap() -> None:
    # WHEN
    result = back_test(Shop(60).run(32, seed=1), horizon_minutes=10)

    # THEN there are cuts after 2 minutes, too early, 12 and 22
    assert [(tried.cut_at - START, tried.product_name) for tried in result.trials] == [
        (timedelta(minutes=minute), name) for minute in (12, 22) for name in PRODUCTS
    ]


def test_a_projection_sees_only_what_came_before_its_cut() -> None:
    # GIVEN two futures of one past
    past = Shop(60).run(30, seed=1)
    net = past.net_revenue.copy()
    net[:, 20:] = 0

    # WHEN
    first, second = (back_test(history, 10).trials[-3:] for history in (past, replace(past, net_revenue=net)))

    # THEN what was projected is the same, what came is not
    assert [(one.low, one.expected, one.high, one.naive) for one in first] == [
        (one.low, one.expected, one.high, one.naive) for one in second
    ]
    assert [one.actual for one in second] == [0, 0, 0]
    assert [one.actual for one in first] == pytest.approx(list(past.net_revenue[:, 20:].sum(axis=1)))


def test_the_naive_forecast_repeats_what_came_before() -> None:
    # GIVEN
    past = Shop(60).run(30, seed=1)

    # WHEN
    naive = [one.naive for one in back_test(past, 10).trials[-3:]]

    # THEN
    assert naive == pytest.approx(list(past.net_revenue[:, 10:20].sum(axis=1)))


def test_coverage_and_errors_are_those_of_the_trials() -> None:
    # GIVEN errors of 10 and 30 where 100 and 60 came; the naive forecast was wrong by 40 and 40
    result = BackTest(
        10, (trial(80, 90, 120, actual=100, naive=60), trial(80, 90, 100, actual=60, naive=100))
    )

    # THEN
    assert result.covered == 1
    assert result.error == pytest.approx(40 / 160)
    assert result.naive_error == pytest.approx(80 / 160)


@pytest.mark.parametrize(
    ("orders_per_minute", "minutes", "reason"),
    [
        # The shortest horizon is 2 minutes, the least history 5.
        (60, 6, "6 of at least 7 whole minutes"),
        (0.2, 9, "no product had 10 changes before a cut"),
    ],
)
def test_a_history_that_tells_too_little_has_no_trials_and_says_why(
    orders_per_minute: float, minutes: int, reason: str
) -> None:
    # WHEN
    result = back_test(Shop(orders_per_minute).run(minutes, seed=1))

    # THEN
    assert (result.trials, result.covered, math.isnan(result.error)) == ((), 0, True)
    assert result.too_little == reason


def test_a_history_that_can_be_tried_lacks_nothing() -> None:
    assert back_test(Shop(60).run(7, seed=1)).too_little is None


@pytest.mark.parametrize(
    ("minutes", "horizon"),
    [(12, None), (13, 2), (24, 3), (25, 5), (45, 10), (244, 30), (245, 60), (9999, 60)],
)
def test_the_longest_horizon_that_leaves_four_cuts_is_tried(minutes: int, horizon: int | None) -> None:
    assert horizon_for(minutes) == horizon


@pytest.mark.parametrize(
    ("trials", "probability", "expected"),
    [
        # Of the 1,024 ways of ten fair tosses, 11 have at most one head and 56 at most two.
        (10, 0.5, (2, 8)),
        (0, 0.8, (0, 0)),
        (1, 0.8, (0, 1)),
        (20, 1.0, (20, 20)),
    ],
)
def test_the_range_by_chance_is_the_binomial_one(
    trials: int, probability: float, expected: tuple[int, int]
) -> None:
    assert binomial_range(trials, probability, 0.95) == expected


def test_on_simulated_shops_the_projection_is_better_than_the_naive_forecast() -> None:
    # WHEN
    errors = np.array(
        [
            (tried.error, tried.naive_error)
            for tried in (back_test(Shop(9).run(120, seed), 20) for seed in range(20))
        ]
    )

    # THEN
    assert errors[:, 0].mean() < 0.9 * errors[:, 1].mean()
