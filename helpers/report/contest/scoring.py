"""The limit of the chosen detector, and every row's strangeness, none by a detector that learned from it."""

import datetime
import math
from dataclasses import replace

from helpers.evaluation.thresholds import quantile_threshold
from helpers.report.budget import TimeBudget
from helpers.report.contest.preparing import Prepared
from helpers.report.contest.training import Entry, fit_again
from helpers.report.errors import UnusableFile
from helpers.report.model import OwnModel

import numpy as np

__all__ = ["cross_fitted_strangeness", "finish"]

BLOCK = 20_000  # rows scored at once: between two blocks the budget is looked at
SECOND_FIT_SHARE = 0.5  # of what is left, that a second network may take
SCORED_BY_ITSELF = (
    "The rows that the detector learned from were scored by itself, which makes them look less strange: there was no "
    "time, or too few other rows, for a second one."
)


def finish(prepared: Prepared, entry: Entry, false_alarm_rate=0.01):
    """Calibrate the chosen detector and make a model of it, which takes the file's own columns and can be saved.

    Parameters
    ----------
    prepared : Prepared
    entry : Entry
    false_alarm_rate : float in (0, 1)
        If the calibration rows are too few to promise it, the smallest one that they can promise is taken:
        ``about["false_alarm_rate"]``.

    Returns
    -------
    OwnModel
    """
    scores = prepared.calibration().scores_by(entry.detector)
    rate = _possible_rate(false_alarm_rate, scores)
    entry.detector.set_threshold(quantile_threshold(scores, rate))
    about = {
        "made": datetime.date.today().isoformat(),
        "rows": prepared.n_rows,
        "learned from": len(prepared.learned),
        "false_alarm_rate": rate,
        "random_state": prepared.random_state,
    }
    return prepared.model(entry.detector, float(np.nanmedian(scores)), entry.name, about)


def cross_fitted_strangeness(prepared: Prepared, entry: Entry, model: OwnModel, *, seconds=None, progress=None):
    """The strangeness of every row, none by a detector that learned from it.

    A detector finds what it learned from less strange than it is: a nearest neighbour finds the row itself. So a second
    detector learns from as many rows of the other parts, gets its limit from the same calibration rows, and scores what
    the first one learned from. (The inputs, such as a category's share, are those of the first.)

    Parameters
    ----------
    prepared : Prepared
    entry : Entry
        The chosen one.
    model : OwnModel
        From :func:`finish`.
    seconds : float, optional
        Rows for which there is no time stay NaN.
    progress : callable, optional

    Returns
    -------
    Series of shape (n,)
        One value a row of the file; 0 is an ordinary row, 1 the alarm limit. ``attrs["notes"]`` says what was left out.
    """
    budget = TimeBudget(seconds, progress)
    second = _second_model(prepared, entry, model, budget)
    values, n_unscored = _score_in_blocks(prepared, model, second or model, budget)
    notes = [] if second else [SCORED_BY_ITSELF]
    if n_unscored:
        notes.append(f"{n_unscored:,} rows were not scored: the time was up. Allow more seconds.")
    strangeness = prepared.to_file(values).rename("strangeness")
    strangeness.attrs["notes"] = tuple(notes)
    return strangeness


def _score_in_blocks(prepared, model, second, budget):
    """Strangeness of all rows, block by block at random, and how many there was no time for; the first always has."""
    values, blocks = np.full(prepared.n_rows, np.nan), list(prepared.stretches(BLOCK))
    order = np.random.default_rng(prepared.random_state).permutation(len(blocks))
    for done, i in enumerate(order):
        if done and budget.left() < 0:
            return values, sum(len(blocks[j][0]) for j in order[done:])
        budget.tell(done / len(blocks), "scoring every row")
        positions, learned = blocks[i]
        values[positions] = prepared.strangeness(second if learned else model, positions)
    return values, 0


def _second_model(prepared, entry, model, budget):
    """A model for the rows that the first one learned from, or None."""
    left = budget.left() - entry.scoring_seconds(prepared.n_rows)
    allowed = left * SECOND_FIT_SHARE if entry.candidate.network else left
    if entry.fit_seconds > left:
        return None
    budget.tell(0.0, f"learning again: {entry.name}")
    try:
        detector = fit_again(entry, prepared.others(), min(allowed, entry.fit_seconds))
        scores = prepared.calibration().scores_by(detector)
        detector.set_threshold(quantile_threshold(scores, model.about["false_alarm_rate"]))
    except ValueError:  # such as a series that is too short
        return None
    return replace(model, detector=detector, usual=float(np.nanmedian(scores)))


def _possible_rate(rate, scores):
    n_scored = int((~np.isnan(scores)).sum())
    if n_scored == 0:
        raise UnusableFile("No calibration row could be scored: the series is too short, or its gaps too many.")
    return rate if (n_scored + 1) * rate >= 1 else math.ceil(1000 / (n_scored + 1)) / 1000
