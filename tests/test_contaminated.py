"""A limit from rows that nobody has checked: odd ones among them do not become it, and the promise is about kept."""

from helpers.evaluation.contaminated import contaminated_threshold, plausible_scores
from helpers.evaluation.thresholds import quantile_threshold

import numpy as np
import pytest

KINDS = {
    "largest of five z-scores": lambda rng, n: np.abs(rng.normal(size=(n, 5))).max(axis=1),
    "exponential": lambda rng, n: rng.exponential(size=n),
    "lognormal": lambda rng, n: np.exp(0.5 * rng.normal(size=n)),
    "isolation forest": lambda rng, n: rng.beta(8, 14, size=n),
}


def achieved(kind, n, share, threshold, far, n_parts=80):
    """The mean false-alarm rate over simulated calibration parts with a share of odd scores."""
    rng = np.random.default_rng(0)
    new = KINDS[kind](rng, 100_000)
    high, rates = np.quantile(new, 0.99), []
    for _ in range(n_parts):
        scores = KINDS[kind](rng, n)
        odd = rng.random(n) < share
        scores[odd] = high * (far + rng.exponential(2, size=odd.sum()))
        rates.append((new > threshold(scores)).mean())
    return np.mean(rates)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0, 0.01, 0.02, 0.05])
def test_the_promise_is_about_kept(kind, share):
    assert 0.004 < achieved(kind, 1000, share, contaminated_threshold, far=3) < 0.016


def test_a_plain_quantile_breaks_it():
    rate = achieved("largest of five z-scores", 1000, 0.02, quantile_threshold, far=3)
    assert rate < 0.0005


@pytest.mark.parametrize("n", [100, 120, 400])
def test_one_outlier_does_not_become_the_limit(n):
    scores = np.abs(np.random.default_rng(1).normal(size=n))
    spoiled = np.r_[scores, 40.0]
    assert contaminated_threshold(spoiled) < 6
    assert quantile_threshold(spoiled[-100:]) == 40


@pytest.mark.parametrize("scores", [np.zeros(200), np.r_[np.zeros(150), np.arange(50)], np.tile([1.0, 2.0, 3.0], 60)])
def test_ties_and_constants_stay_as_they_are(scores):
    assert contaminated_threshold(scores, 0.05) == quantile_threshold(scores, 0.05)


def test_at_most_six_percent_are_put_aside():
    scores = np.r_[np.random.default_rng(0).normal(size=930), np.full(70, 50.0)]
    assert len(plausible_scores(scores)) == 940


def test_huge_scores_are_no_trouble():
    with np.errstate(all="raise"):
        assert contaminated_threshold(np.r_[np.linspace(0, 1, 400), 1e300]) < 1.1
