"""Columns that give the answer away: labels nobody named, what goes with the label, what another detector said."""

import re
from dataclasses import dataclass

from helpers.report.columns.meaning import FEW_VALUES, Decision, looks_like_labels, names_an_answer

import numpy as np
import pandas as pd
from scipy.stats import rankdata

__all__ = ["Answers", "find_answers"]

SCORING = re.compile("score|scores|probability|prob|prediction|predicted")
BY_CHANCE = 1e-6  # that a value goes with anomalies only
ALMOST_PERFECT = 0.999


@dataclass(frozen=True)
class Answers:
    """Columns that must not be inputs.

    Attributes
    ----------
    why : dict of str to str
        Column, and why it is set aside.
    unnamed : list of str
        Those that look like labels, if no label was named.
    doubts : list of str
        Sentences about columns that stay and tell the label nearly by themselves.
    """

    why: dict[str, str]
    unnamed: list[str]
    doubts: list[str]


def find_answers(frame, meanings, label, keep):
    """Find the columns that give the answer away.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    meanings : dict of str to Meaning
    label : str or None
    keep : sequence of str
        Columns that are not doubted.

    Returns
    -------
    Answers
    """
    entered = [name for name in meanings if meanings[name].is_quantity or meanings[name].decision is Decision.CATEGORY]
    open_to_doubt = [name for name in entered if name not in keep]
    alike = [name for name in open_to_doubt if looks_like_labels(frame[name], meanings[name])]
    answers = [label] if label else alike
    why = {name: _why(frame, name, answers, alike, label) for name in open_to_doubt}
    why = {name: reason for name, reason in why.items() if reason}
    left = [name for name in open_to_doubt if name not in why and meanings[name].is_quantity]
    return Answers(why, [] if label else alike, list(_doubts(frame, left, label)) if label else [])


def _why(frame, name, answers, alike, label):
    if name in answers:
        return f"it seems to hold the answer: to judge with it, name it label={name!r}"
    if told := next((answer for answer in answers if answer != name and _tells(frame[name], frame[answer])), None):
        return f"each of its values goes with one value of {told!r}: it holds the answer"
    others = (answer for answer in answers if answer != name)
    if told := next((answer for answer in others if _tells_one_side(frame[name], frame[answer])), None):
        return f"one of its values comes with anomalies of {told!r} only: it may hold the answer"
    if name in alike:
        return f"it seems to hold the answer, as {label!r} does"
    if names_an_answer(name) and SCORING.search(str(name).lower()):
        return "its name says that a detector has made it"
    return ""


def _tells(column, answer):
    if column.nunique() > FEW_VALUES:
        return False
    column, answer = column[answer.notna()], answer.dropna()
    both = pd.DataFrame({"value": column.astype("str"), "answer": answer.astype("str")}).groupby("value")["answer"]
    return bool((both.nunique() == 1).all() and answer.nunique() > 1)


def _tells_one_side(column, answer):
    """Whether the rarer of two values comes with anomalies only, far more often than by chance."""
    column, answer = column[answer.notna()], answer.dropna()
    counts, odd = column.value_counts(), _is_odd(answer)
    if len(counts) != 2:
        return False
    rare = (column == counts.index[1]).to_numpy()
    return bool(odd[rare].all() and odd.mean() ** rare.sum() < BY_CHANCE)


def _is_odd(answer):
    """True for all but the commonest label."""
    return (answer != answer.value_counts().index[0]).to_numpy()


def _doubts(frame, names, label):
    known = frame[label].notna().to_numpy()
    odd = _is_odd(frame[label]) & known
    for name in names:
        there = frame[name].notna().to_numpy() & known
        if len(np.unique(odd[there])) < 2:
            continue
        area = _area_under_roc(frame[name].astype("float64").to_numpy()[there], odd[there])
        if max(area, 1 - area) > ALMOST_PERFECT:
            yield (
                f"{name!r} alone tells {label!r} almost perfectly. Is it known before the answer is? If not, leave it "
                f"out: leave_out=[{name!r}] (--leave-out)."
            )


def _area_under_roc(values, odd):
    """By ranks: scikit-learn's checks would take seconds for hundreds of columns."""
    n_odd, n_normal = odd.sum(), (~odd).sum()
    return (rankdata(values)[odd].sum() - n_odd * (n_odd + 1) / 2) / (n_odd * n_normal)
