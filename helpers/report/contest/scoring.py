"""The limit of the chosen detector, and every row's strangeness, none only by a detector that learned from it."""

import datetime
import math
from dataclasses import replace
from functools import partial

from helpers.evaluation.contaminated import contaminated_threshold, plausible_scores
from helpers.evaluation.thresholds import quantile_threshold
from helpers.report.budget import TimeBudget
from helpers.report.contest.preparing import Prepared
from helpers.report.contest.training import Entry, fit_again
from helpers.report.errors import UnusableFile
from helpers.report.model import Judge, OwnModel

import numpy as np

__all__ = ["finish", "strangeness_of_all"]

BLOCK = 20_000  # rows scored at once: between two blocks the budget is looked at
SECOND_FIT_SHARE = 0.5  # of what is left, that a second network may take
SCORED_BY_ITSELF = (
    "The rows that the detector learned from were scored by itself, which makes them look less strange: there was no "
    "time, or too few other rows, for a second one."
)


def finish(prepared: Prepared, entry: Entry, false_alarm_rate=0.01, *, seconds=None, progress=None):
    """Calibrate the chosen detector and make a model of it, which takes the file's own columns and can be saved.

    A second detector of the same kind learns from as many other rows, so that no row is judged only by one that learned
    from it (see :class:`helpers.report.OwnModel`). (The inputs, such as a category's share, are those of the first.)

    Parameters
    ----------
    prepared : Prepared
    entry : Entry
    false_alarm_rate : float in (0, 1)
        If the calibration rows are too few to promise it, the smallest one that they can promise is taken:
        ``about["false_alarm_rate"]``.
    seconds : float, optional
        Without the time for a second network there is one.
    progress : callable, optional

    Returns
    -------
    OwnModel
    """
    calibration = prepared.calibration()
    scores = calibration.scores_by(entry.detector)
    limit, counted = _limit_rule(prepared.knows_normal)
    rate = _possible_rate(false_alarm_rate, counted(scores))
    entry.detector.set_threshold(limit(scores, rate))
    about = {
        "made": datetime.date.today().isoformat(),
        "rows": prepared.n_rows,
        "learned from": len(prepared.learned),
        "false_alarm_rate": rate,
        "random_state": prepared.random_state,
    }
    model = prepared.model(entry.detector, float(np.nanmedian(scores)), entry.name, about)
    second = _second_judge(prepared, entry, partial(limit, false_alarm_rate=rate), TimeBudget(seconds, progress))
    if second is None:
        return model
    of_second = second.strangeness(calibration.scores_by(second.detector))
    both = np.fmax(Judge(model.detector, model.usual).strangeness(scores), of_second)
    plausible = scores <= np.nanmax(counted(scores))  # what one of them sets aside, both do
    return replace(model, second=second, scale=limit(both[plausible], rate))


def strangeness_of_all(prepared: Prepared, model: OwnModel, *, most_rows=None, seconds=None, progress=None):
    """The strangeness of every row of the file.

    Parameters
    ----------
    prepared : Prepared
    model : OwnModel
        From :func:`finish`.
    most_rows : int, optional
        Of more, blocks drawn at random are scored, at least one, and the others stay NaN.
    seconds : float, optional
        Rows for which there is no time stay NaN.
    progress : callable, optional

    Returns
    -------
    Series of shape (n,)
        One value a row of the file; 0 is an ordinary row, 1 the alarm limit. ``attrs["notes"]`` says what was left out.
    """
    values, n_unscored = _score_in_blocks(prepared, model, most_rows, TimeBudget(seconds, progress))
    notes = [] if model.second else [SCORED_BY_ITSELF]
    if n_unscored:
        notes.append(f"{n_unscored:,} rows were not scored: the time was up. Allow more seconds.")
    strangeness = prepared.to_file(values).rename("strangeness")
    strangeness.attrs["notes"] = tuple(notes)
    return strangeness


def _score_in_blocks(prepared, model, most_rows, budget):
    """Strangeness of all rows, block by block at random, and how many there was no time for; the first always has."""
    values, blocks = np.full(prepared.n_rows, np.nan), list(prepared.stretches(BLOCK))
    order = np.random.default_rng(prepared.random_state).permutation(len(blocks))
    most = len(blocks) if most_rows is None else most_rows // BLOCK
    for done, i in enumerate(order):
        if done and (done >= most or budget.left() < 0):
            return values, sum(len(blocks[j]) for j in order[done:])
        budget.tell(done / len(blocks), "scoring every row")
        values[blocks[i]] = prepared.strangeness(model, blocks[i])
    return values, 0


def _second_judge(prepared, entry, limit, budget):
    """The same detector, learned from other rows, with its own limit; None if too few, or a network without time."""
    left = budget.left() - 2 * entry.scoring_seconds(prepared.n_rows)
    allowed = left * SECOND_FIT_SHARE if entry.candidate.network else entry.fit_seconds
    if entry.candidate.network and entry.fit_seconds > left:
        return None
    budget.tell(0.0, f"learning again: {entry.name}")
    try:
        detector = fit_again(entry, prepared.others(), min(allowed, entry.fit_seconds))
        scores = prepared.calibration().scores_by(detector)
        detector.set_threshold(limit(scores))
    except ValueError:  # such as a series that is too short
        return None
    return Judge(detector, float(np.nanmedian(scores)))


def _limit_rule(has_labels):
    """How a limit is set, and the scores that count for it: without labels odd rows may be among them."""
    return (quantile_threshold, np.asarray) if has_labels else (contaminated_threshold, plausible_scores)


def _possible_rate(rate, scores):
    n_scored = int((~np.isnan(scores)).sum())
    if n_scored == 0:
        raise UnusableFile("No calibration row could be scored: the series is too short, or its gaps too many.")
    return rate if (n_scored + 1) * rate >= 1 else math.ceil(1000 / (n_scored + 1)) / 1000
