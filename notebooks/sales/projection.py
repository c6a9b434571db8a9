"""How revenue goes on if orders keep coming as they have: a pure model of the minutes, no I/O.

Every minute adds what new orders bring, and takes away what is replaced or cancelled. What is taken away is of two
kinds: a share of the changes that is always the same, and one that grows with the number of orders that stand, since an
order that is written again under an id in use takes the old one's place. The second kind bends the curve of revenue:

    revenue after a minute = revenue before x (1 - b) + a + noise

The pace `a` and the noise are those of the last hour, per product; `b`, the same for every product, comes from counting
which changes hit a standing order, and when. Nothing is known exactly, so each is drawn many times from what the
history allows (a posterior under flat priors), and carried on to the horizon. The interval is what most draws span.
"""

from dataclasses import dataclass

import numpy as np

from .history import History, Numbers

LEVEL = 0.8
QUANTILES = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)
ALL_PRODUCTS = "All products"

# The pace of the last hour counts: it may have been another one before.
WINDOW_MINUTES = 60
# Less history than this says nothing about its own spread.
LEAST_MINUTES = 5
LEAST_MOVEMENTS = 10

_DRAWS = 2000
# The part of what is replaced that grows with the standing orders: none, all, or anything between.
_GROWING_PARTS = np.linspace(0, 1, 21)
_GROWING_PRIOR = np.array([0.4, *[0.2 / 19] * 19, 0.4])
# A share per minute: beyond it the curve's own time is shorter than the minutes it is made of.
_HIGHEST_DECLINE = 0.9
_LOWEST_DECLINE = 1e-9


@dataclass(frozen=True, slots=True)
class Spread:
    """The revenue that is expected to be added until a horizon; None where the history says too little, and why."""

    product_name: str
    low: float | None
    expected: float | None
    high: float | None
    too_little: str | None = None


def project(past: History, horizon_minutes: float, seed: int = 0) -> list[Spread]:
    """Return what each product's revenue gains within the horizon, and in the end that of all products together.

    The interval holds the truth in `LEVEL` of all cases, as long as orders come as they did. The same history and
    seed give the same numbers.
    """
    names = (*past.products, ALL_PRODUCTS)
    reasons = [_too_little(past.minutes, movements) for movements in _with_total(past.movements)]
    if past.minutes < LEAST_MINUTES:
        return [Spread(name, None, None, None, reason) for name, reason in zip(names, reasons, strict=True)]
    random = np.random.default_rng(seed)
    decline = _declines(past, random)
    net, before = _with_total(past.net_revenue), _with_total(past.revenue_before)
    spreads = []
    for number, (name, reason) in enumerate(zip(names, reasons, strict=True)):
        hour = slice(-WINDOW_MINUTES, None)
        gains = _gains(net[number, hour], before[number, hour], decline, horizon_minutes, random)
        now = before[number, -1] + net[number, -1]
        # What was never taken away yet is not expected to be, and no more than everything can be.
        least = 0.0 if not past.replacing.any() else -max(now, 0.0)
        low, expected, high = np.quantile(np.maximum(gains, least), QUANTILES)
        spreads.append(
            Spread(name, float(low), float(expected), float(high))
            if reason is None
            else Spread(name, None, None, None, reason)
        )
    return spreads


def _with_total(rows: Numbers) -> Numbers:
    return np.vstack([rows, rows.sum(axis=0)])


def _too_little(minutes: int, movements: Numbers) -> str | None:
    if minutes < LEAST_MINUTES:
        return f"{minutes} of at least {LEAST_MINUTES} whole minutes"
    seen = int(movements[-WINDOW_MINUTES:].sum())
    if seen < LEAST_MOVEMENTS:
        return (
            f"{seen} of at least {LEAST_MOVEMENTS} changes in the last {min(minutes, WINDOW_MINUTES)} minutes"
        )
    return None


def _declines(past: History, random: np.random.Generator) -> Numbers:
    """Draw the share `b` of standing revenue that a minute replaces.

    Counted per change and not per minute, so that a pace that varied does not look like a growing share.
    """
    changes, replacing, standing = past.changes.sum(), past.replacing.sum(), past.changes @ past.standing
    if changes == 0 or standing == 0:
        return np.full(_DRAWS, _LOWEST_DECLINE)
    mean_standing = standing / changes
    shape = (1 - _GROWING_PARTS)[:, None] + _GROWING_PARTS[:, None] * past.standing / mean_standing
    log_likelihood = np.log(np.maximum(shape, 1e-12)) @ past.replacing
    weights = np.exp(log_likelihood - log_likelihood.max()) * _GROWING_PRIOR
    growing_part = random.choice(_GROWING_PARTS, _DRAWS, p=weights / weights.sum())
    # Jeffreys' prior: that nothing was replaced yet does not mean that nothing ever will be.
    replaced_share = random.beta(replacing + 0.5, changes - replacing + 0.5, _DRAWS)
    pace = past.changes[-WINDOW_MINUTES:].mean()
    decline = growing_part * replaced_share / mean_standing * pace
    clipped: Numbers = np.clip(decline, _LOWEST_DECLINE, _HIGHEST_DECLINE)
    return clipped


def _gains(
    net: Numbers, before: Numbers, decline: Numbers, horizon_minutes: float, random: np.random.Generator
) -> Numbers:
    """Draw what a product's revenue gains until the horizon, one for each of the declines.

    With the decline given, the minutes' paces are independent and alike: their mean and variance are those of
    Student's distribution, and what they add up to until the horizon is a geometric sum.
    """
    now = before[-1] + net[-1]
    pace = net.mean() + decline * before.mean()
    net, before = net - net.mean(), before - before.mean()
    squares = net @ net + 2 * decline * (net @ before) + decline**2 * (before @ before)
    variance = np.maximum(squares, 0) / random.chisquare(net.size - 1, decline.size)
    pace = pace + np.sqrt(variance / net.size) * random.standard_normal(decline.size)
    log_kept = np.log1p(-decline)
    lost = -np.expm1(horizon_minutes * log_kept)
    noise = -np.expm1(2 * horizon_minutes * log_kept) / -np.expm1(2 * log_kept)
    spread = np.sqrt(variance * noise) * random.standard_normal(decline.size)
    gains: Numbers = (pace / decline - now) * lost + spread
    return gains
