"""Which members of an ensemble judge a row, and reasons from these alone."""

import numpy as np

__all__ = ["Judging", "explain_by_members", "said_of_members"]

WORDS = {
    "NearestNeighbours": "nearest neighbours",
    "NearestNeighbours 1": "its nearest neighbours",
    "NearestNeighbours 2": "neighbours farther off",
    "IsolationForest": "isolation forest",
    "ZScore": "Z-score",
    "point": "its value",
    "change": "its change",
    "season": "its season",
    "shape": "the shape of the last points",
}


class Judging:
    """The members of an ensemble that judge a row, as one detector.

    Parameters
    ----------
    ensemble : fitted Ensemble or SeriesEnsemble
    members : tuple of int

    Attributes
    ----------
    window_ : int
        Of a series: as many points as these members look at.
    """

    def __init__(self, ensemble, members):
        self.ensemble, self.members = ensemble, list(members)
        self.step_seconds_ = getattr(ensemble, "step_seconds_", None)
        self.window_ = max(ensemble.window_of(i) for i in members) if hasattr(ensemble, "window_of") else 1

    def decision_function(self, X):
        """The mean of these members' comparable scores."""
        return self.ensemble.member_scores(X).to_numpy()[:, self.members].mean(axis=1)


def explain_by_members(ensemble, scores, explain):
    """Explain each row by the members whose scores were averaged for it.

    Parameters
    ----------
    ensemble : fitted Ensemble or SeriesEnsemble
    scores : ndarray of shape (n, n_members)
        Comparable ones; NaN where a member cannot judge.
    explain : callable
        From a detector and positions of rows to their sentences and shares.

    Yields
    ------
    rows : ndarray of int
    because : list of str
    shares : ndarray of shape (n_rows, n_columns)
    """
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), axis=1, kind="stable")[:, : ensemble.n_highest]
    judging = [tuple(sorted(i for i in row if not np.isnan(own[i]))) for row, own in zip(order, scores, strict=True)]
    for members in sorted(set(judging)):
        rows = np.array([i for i, own in enumerate(judging) if own == members])
        because, shares = explain(Judging(ensemble, members) if members else ensemble, rows)
        said = [said_of_members(ensemble, scores[row]) for row in rows]
        yield rows, [f"{why}{who}" for why, who in zip(because, said, strict=True)], shares


def said_of_members(ensemble, scores):
    """Name the members that find a row odd by themselves; nothing if none does.

    Parameters
    ----------
    ensemble : fitted Ensemble or SeriesEnsemble
        With ``threshold_``.
    scores : ndarray of shape (n_members,)

    Returns
    -------
    str
    """
    found = [
        WORDS.get(name, name) for name, own in zip(ensemble.names_, scores, strict=True) if own > ensemble.threshold_
    ]
    if not found:
        return ""
    if len(found) == 1:
        return f" (odd by {found[0]} alone)"
    return f" (odd by {', '.join(found[:-1])} and {found[-1]})"
