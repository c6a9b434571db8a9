"""How long a failed write waits."""

from random import Random

from generator.backoff import Backoff


def test_waits_double_up_to_a_limit_with_jitter() -> None:
    # WHEN eight writes in a row fail
    backoff = Backoff(Random(1))
    waits = [backoff.seconds() for _ in range(8)]

    # THEN each wait lies in the upper half of a ceiling that doubles up to 2 s
    ceilings = [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]
    assert all(ceiling / 2 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))


def test_success_starts_over() -> None:
    # GIVEN many failures and a success
    backoff = Backoff(Random(1))
    for _ in range(20):
        backoff.seconds()
    backoff.reset()

    # WHEN a write fails again, THEN it waits as after a first failure
    assert backoff.seconds() <= 0.1
