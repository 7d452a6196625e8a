"""Checks of the exercises of lesson 09, a generator and a discriminator."""

from helpers.checks.core import Wrong, as_number, bug_hunt, exercise, open_exercise, refuse, try_out

import numpy as np

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

FAULTS = {
    1: "the scaler saw the test rows",
    4: "real rows are drawn from all of X, so the discriminator is taught that test rows, odd ones included, are real",
    9: "the generator's loss rewards being caught: its forgeries should be called real, so the label is ones",
    11: "the gradient is taken for the discriminator's weights and applied to the generator's: it belongs to G_weights",
    12: "the weights are chosen by the AUROC on the test part: the labels have trained the detector (line 13 carries "
    "it out)",
    14: "one half is where the discriminator is undecided, and a good game ends undecided on normal rows: about half "
    "of them are flagged. The limit comes from held-out normal rows. And the weights kept in line 13 were never "
    "loaded: the flags come from the last ones",
    15: "the best of forty test results is reported as the result, and not even that of the network that sets the "
    "flags: the weights kept in line 13 were never loaded",
}
FAIR = {13}  # carries out what line 12 decides; that its weights are not loaded again is line 14's fault
INNOCENT = {
    2: "the number of training rows, and a start for best",
    3: "a number of steps that was fixed beforehand is as good as any",
    5: "new random numbers in each step, as it should be",
    6: "one tape for two gradients has to be persistent",
    7: "the forged rows keep their history, which the generator's gradient needs; the discriminator's gradient is "
    "taken for its own weights only, so nothing has to be stopped or frozen",
    8: "real rows are labelled 1 and forged ones 0, as it should be",
    10: "the discriminator's loss, gradient, optimizer and weights belong together",
}


def optimal(x: float) -> float:
    """Divide p by p + q for p = N(0, 1) and q = N(0, 2²).

    >>> round(optimal(0), 3)
    0.667
    """
    p, q = np.exp(-(x**2) / 2), np.exp(-(x**2) / 8) / 2
    return float(p / (p + q))


@exercise
def exercise_1(at_0, at_5) -> str:
    """Evaluate the optimal discriminator at 0 and at 5, for forged numbers with twice the standard deviation.

    >>> exercise_1(0.5, 0.5)
    not yet: at 0: 0.5 would mean that real and forged are equally dense there, but the wider curve is half as high
    """
    for place, answer in ((0, at_0), (5, at_5)):
        value, right = as_number(answer, f"at_{place}"), optimal(place)
        if np.isclose(value, 1 - right, rtol=0.02, atol=0):
            raise Wrong(f"at {place}: {value:.4g} is q / (p + q), the chance of being forged; D is that of being real")
        if value == round(right, 3) and not np.isclose(value, right, rtol=0.02, atol=0):
            raise Wrong(f"at {place}: {value:g} is rounded; do not round, D is small there and not zero")
        if place == 0 and value == 0.5:
            raise Wrong(
                "at 0: 0.5 would mean that real and forged are equally dense there, but the wider curve is half as high"
            )
        if not np.isclose(value, right, rtol=0.02, atol=0):
            raise Wrong(f"at {place}: {value:.4g} is not p / (p + q), with p and q the two normal densities there")
    return "two thirds at 0, one in six thousand at 5: a generator that scatters too widely makes a good detector"


@exercise
def exercise_2(formula_loss) -> str:
    """Compute the mean of log(1 - D) of logits, without overflow.

    >>> exercise_2(lambda logits: np.logaddexp(0, -logits).mean())
    not yet: that is the mean of -log D, the loss that this lesson trains with; the formula has log(1 - D)
    """
    logits = np.array([-2.0, 0.0, 0.5, 3.0])
    right = float(-np.logaddexp(0, logits).mean())
    mean_log_D = float(-np.logaddexp(0, -logits).mean())
    found = as_number(try_out(formula_loss, logits), "what formula_loss returns")
    mistakes = {
        -mean_log_D: "that is the mean of -log D, the loss that this lesson trains with; the formula has log(1 - D)",
        mean_log_D: "a sign slipped: that is the mean of log D, since softplus(-logit) is -log D; log(1 - D) is "
        "-softplus(logit)",
        -right: "the sign is turned: that is the mean of -log(1 - D), and a generator that minimised it would want "
        "to be caught",
        len(logits) * right: "that is the sum; take the mean",
    }
    refuse({sentence: np.isclose(found, value) for value, sentence in mistakes.items()})
    if not np.isclose(found, right):
        raise Wrong(f"for the logits {logits.tolist()} the mean of log(1 - D) is {right:.3f}, not {found:.3f}")
    with np.errstate(all="ignore"):
        extreme = as_number(formula_loss(np.array([1000.0])), "what formula_loss returns")
    if not np.isclose(extreme, -1000):
        raise Wrong(
            f"for a logit of 1,000 it is -1000, and yours gives {extreme:g}: compute it from the logit, not from D"
        )
    return "and its slope per logit is -D: next to nothing as long as the discriminator is sure"


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=5, fair=FAIR)


@exercise
def exercise_4(share_at_half, limit, score_calibration) -> str:
    """Find the share of calibration scores above 0, and the limit that promises 1 %.

    >>> exercise_4(0.5, 0.0, np.linspace(-1, 1, 1000))
    not yet: a limit of 0 flags 50.0 % of the calibration points; 1 % was promised. Use quantile_threshold
    """
    scores = np.asarray(score_calibration, dtype=float)
    share, right = as_number(share_at_half, "share_at_half"), float((scores > 0).mean())
    if share > 1:
        raise Wrong(f"{share:g} is a count or percent; a share lies between 0 and 1")
    if np.isclose(share, 1 - right, atol=0.001) and not np.isclose(share, right, atol=0.001):
        raise Wrong("that is the share called real; flagged are the scores above 0")
    if not np.isclose(share, right, atol=0.001):
        raise Wrong(f"the share is not {share:.3f}: count the scores above 0 in score_calibration")
    chosen = as_number(limit, "limit")
    flagged = float((scores > chosen).mean())
    hints = {
        f"a limit of {chosen:g} flags {100 * flagged:.1f} % of the calibration points; 1 % was "
        "promised. Use quantile_threshold": flagged > 0.01,
        f"that limit flags {flagged * len(scores):.0f} of {len(scores):,}: it hides odd points too. It "
        "should flag just under 1 %": flagged < 0.002,
    }
    refuse(hints)
    return f"one half flags {100 * right:.0f} % of normal points, the calibrated limit {100 * flagged:.1f} %"


exercise_5 = open_exercise("three or four sentences to your colleague")
