"""Several detectors of tables as one: their scores made comparable, and the highest of them averaged."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.detectors.base import Detector
from helpers.detectors.combining import comparable_scores, mean_of_highest, rarities, tail_scales, usual_scales
from helpers.detectors.held_out import hold_out, n_held_out
from helpers.detectors.parameters import check_parameters
from helpers.detectors.tables.adapters import from_sklearn, refuse_other_than_tables
from helpers.detectors.tables.autoencoder import DenseAutoencoder
from helpers.detectors.tables.base import TabularDetector
from helpers.detectors.tables.baselines import NearestNeighbours
from helpers.detectors.tables.statistical import Mahalanobis
from helpers.evaluation.measuring import seed_parameters

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.neighbors import LocalOutlierFactor
from sklearn.utils import check_random_state

__all__ = ["Ensemble"]

FEWEST_ROWS = 2  # that members learn from; some need more and say so


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class Ensemble(TabularDetector):
    """Several detectors that judge a row together: the mean of the highest few of their scores.

    Each member scores held-out training rows. There its median becomes 0 and the distance of the quartiles, as a
    standard deviation, 1; far scores grow like their logarithm (arcsinh), so that no member outshouts the rest. An odd
    row is seldom odd to all members, and a single member is easily wrong: hence the mean of the two that shout
    loudest, between the average (all) and the maximum (one). Median and quartiles do not mind a few odd rows among the
    training rows. Aggarwal and Sathe, Outlier Ensembles (2017), compare such rules. Built in lesson 11.

    Parameters
    ----------
    detectors : list of detectors of tables, or None
        Ours, or scikit-learn's through :func:`helpers.detectors.from_sklearn`; cloned at ``fit``. None takes four that
        see different things: Mahalanobis (relations), nearest neighbours (gaps), the local outlier factor (thin
        places) and the dense autoencoder (curves).
    n_highest : int
        How many of a row's highest scores are averaged: 1 is the maximum, the number of detectors their mean. More
        than there are detectors means all.
    scale : {"spread", "rarity"}
        How scores become comparable: in their usual spread, or by how rare they are among held-out rows
        (:func:`helpers.detectors.combining.rarities`): that is fairer to members whose scores have no long tail.
    validation_fraction : float in (0, 1)
        Share of the rows that the members do not learn from, and that tell the usual size of their scores.
    random_state : int, RandomState or None
        Of the held-out rows, and of every member that draws.

    Raises
    ------
    ValueError
        At ``fit``, for bad input, an empty list, or a member that is no detector of tables.

    Attributes
    ----------
    members_ : list of the fitted clones
    names_ : list of str
        Of the members: their classes' names, with a number where one comes twice.
    usual_score_, usual_spread_ : ndarray of shape (n_members,)
        Median, and standardised distance of the quartiles, of each member's scores on held-out rows.
    tail_scales_ : ndarray of shape (3, n_members)
        With ``scale="rarity"``, instead of both.

    >>> from helpers.detectors import ZScore
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> detector = Ensemble([ZScore(), NearestNeighbours()]).fit(rows)
    >>> usual, odd = detector.decision_function([[0.0, 0.0], [9.0, 9.0]])
    >>> bool(usual < 1 < odd), detector.names_
    (True, ['ZScore', 'NearestNeighbours'])
    """

    detectors: Sequence[Detector] | None = None
    n_highest: int = 2
    scale: str = "spread"
    validation_fraction: float = 0.2
    random_state: int | np.random.RandomState | None = 0

    def member_scores(self, X):
        """The comparable score of each member: who found the row odd.

        Parameters
        ----------
        X : array or DataFrame of shape (n, n_columns)

        Returns
        -------
        DataFrame of shape (n, n_members)
            Columns are the members' names. 0 is usual; 1 and more is further out than a standard deviation.
        """
        scores = self._comparable(self._validate_for_scoring(X))
        return pd.DataFrame(scores, columns=self.names_, index=X.index if isinstance(X, pd.DataFrame) else None)

    def _validate(self, X, fitting):
        rows = super()._validate(X, fitting)
        if fitting:
            check_parameters(self)
            if self.scale not in ("spread", "rarity"):
                raise ValueError(f"scale={self.scale!r}: it is 'spread' or 'rarity'.")
            self._check_detectors()
            self._refuse_few(len(rows))
        return rows

    def _refuse_few(self, n_rows):
        n_kept = n_rows - n_held_out(n_rows, self.validation_fraction) if n_rows > 1 else 0
        if n_kept < FEWEST_ROWS:
            raise ValueError(
                f"X has {n_rows} row{'s' if n_rows != 1 else ''}, of which the ensemble holds some out, and {n_kept} "
                f"are left to learn from: at least {FEWEST_ROWS} are needed."
            )

    def _check_detectors(self):
        if self.detectors is None:
            return
        if not isinstance(self.detectors, (list, tuple)) or not self.detectors:
            raise ValueError(
                f"detectors={self.detectors!r}: pass a list of at least one detector, or None for four usual ones."
            )
        for detector in self.detectors:
            refuse_other_than_tables(detector)

    def _fit(self, rows):
        seeds = check_random_state(self.random_state)
        kept, held_out = map(self._named, hold_out(rows, self.validation_fraction, seeds.randint(2**31 - 1)))
        self.members_ = [_seeded(detector, seeds).fit(kept) for detector in self._unfitted()]
        self.names_ = _names(self.members_)
        scores = self._member_scores(held_out)
        if self.scale == "rarity":
            self.tail_scales_ = tail_scales(scores)
        else:
            self.usual_score_, self.usual_spread_ = usual_scales(scores)

    def _unfitted(self):
        if self.detectors is not None:
            return self.detectors
        density = from_sklearn(LocalOutlierFactor(novelty=True))
        return [Mahalanobis(), NearestNeighbours(), density, DenseAutoencoder()]

    def _score(self, rows):
        return mean_of_highest(self._comparable(rows), self.n_highest)

    def _comparable(self, rows):
        scores = self._member_scores(self._named(rows))
        if self.scale == "rarity":
            return rarities(scores, self.tail_scales_)
        return comparable_scores(scores, self.usual_score_, self.usual_spread_)

    def _member_scores(self, rows):
        return np.column_stack([_finite_scores(member, rows) for member in self.members_])

    def _named(self, rows):
        return rows if self._names() is None else pd.DataFrame(rows, columns=self._names())


def _seeded(detector, seeds):
    """An unfitted copy whose every seed is drawn from `seeds`."""
    drawn = {name: int(seeds.randint(2**31 - 1)) for name in seed_parameters(detector)}
    return clone(detector).set_params(**drawn)


def _finite_scores(member, rows):
    scores = np.asarray(member.decision_function(rows), np.float64)
    if scores.shape != (len(rows),) or not np.isfinite(scores).all():
        raise ValueError(
            f"{member!r} does not give one finite score for each row, so its scores cannot be compared with others: "
            "leave it out of the ensemble."
        )
    return scores


def _names(members):
    classes = [type(getattr(member, "estimator_", member)).__name__ for member in members]
    return [
        f"{name} {classes[: i + 1].count(name)}" if classes.count(name) > 1 else name for i, name in enumerate(classes)
    ]
