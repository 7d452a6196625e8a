"""What every ranking of detectors holds and does, whatever it was measured by."""

from collections import defaultdict
from dataclasses import dataclass

from helpers.report.contest.training import Entry

import numpy as np
import pandas as pd

__all__ = ["Ranking", "Standing", "common_rows", "costs", "score_all"]


@dataclass(frozen=True)
class Standing:
    """What is known of one candidate.

    Attributes
    ----------
    name : str
    fit_seconds, score_microseconds : float
        To learn, and to score one row; NaN if it was left out.
    note : str
    """

    name: str
    fit_seconds: float
    score_microseconds: float
    note: str

    def row(self):
        """As a row of the ranking's table, a dict."""
        costs = {"fit seconds": self.fit_seconds, "microseconds a row": self.score_microseconds}
        return {"detector": self.name, **self.measures(), **costs, "note": self.note}


@dataclass(frozen=True, eq=False)
class Ranking:
    """Candidates, simplest first, with what was measured of each.

    Attributes
    ----------
    standings : tuple of Standing
        Also of those that were left out.
    """

    standings: tuple[Standing, ...]

    def table(self):
        """One row a candidate (the index), a DataFrame."""
        return pd.DataFrame([standing.row() for standing in self.standings]).set_index("detector")

    def __getitem__(self, columns):
        """Columns of the table."""
        return self.table()[columns]

    def __contains__(self, column):
        return column in self.table()

    @property
    def index(self):
        """Names of the candidates."""
        return self.table().index

    def __repr__(self):
        return repr(self.table())


def costs(entry: Entry, notes):
    """Give what a standing takes from an entry, and what else is to be noted of it.

    Parameters
    ----------
    entry : Entry
    notes : dict of str to list of str
        By the candidates' names.

    Returns
    -------
    name, fit_seconds, score_microseconds, note : tuple
    """
    note = "; ".join(filter(None, [entry.note, *notes[entry.name]]))
    return entry.name, entry.fit_seconds, entry.score_microseconds, note


def score_all(entries, part, budget, until=1.0):
    """Score a part by each detector that stands and has time; the simplest always has.

    Parameters
    ----------
    entries : list of Entry
    part : Part
    budget : TimeBudget
    until : float in [0, 1]
        What part of the progress this is.

    Returns
    -------
    scores : dict of str to ndarray of shape (n,)
    notes : dict of str to list of str
        Of those for which there was no time.
    """
    scores, notes = {}, defaultdict(list)
    standing = [entry for entry in entries if entry.detector is not None]
    for i, entry in enumerate(standing):
        budget.tell(until * i / len(standing), f"comparing: {entry.name}")
        if scores and entry.scoring_seconds(len(part.X)) > budget.left():
            notes[entry.name].append("not ranked: no time was left to score the rows")
        else:
            scores[entry.name] = part.scores_by(entry.detector)
    return scores, notes


def common_rows(scores):
    """Keep only the rows that every detector scored, so that all are judged on the same ones.

    Parameters
    ----------
    scores : dict of str to ndarray of shape (n,)

    Returns
    -------
    scores : dict of str to ndarray of shape (m,)
    kept : ndarray of bool, shape (n,)
    """
    kept = ~np.isnan(list(scores.values())).any(axis=0)
    return {name: own[kept] for name, own in scores.items()}, kept
