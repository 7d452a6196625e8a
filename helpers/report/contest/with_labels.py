"""Detectors ranked by labels: average precision, and how far each is behind the best."""

from dataclasses import dataclass

from helpers.evaluation.metrics import bootstrap_distribution
from helpers.report.budget import TimeBudget
from helpers.report.columns.labels import UNLABELLED
from helpers.report.contest.estimate import UNKNOWN, Estimate
from helpers.report.contest.ranking import Ranking, Standing, common_rows, costs, score_all

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

__all__ = ["LabelledRanking", "LabelledStanding", "rank_with_labels", "standings_by_labels"]


@dataclass(frozen=True)
class LabelledStanding(Standing):
    """What labels say of one candidate.

    Attributes
    ----------
    average_precision : Estimate
    auroc : float
    behind : Estimate
        The distance to the best average precision.
    """

    average_precision: Estimate = UNKNOWN
    auroc: float = np.nan
    behind: Estimate = UNKNOWN

    def measures(self):
        """Titles and values, a dict."""
        behind = self.behind.named("behind best", "behind")
        return self.average_precision.named("average precision", "AP") | {"AUROC": self.auroc} | behind


@dataclass(frozen=True, eq=False)
class LabelledRanking(Ranking):
    """What labels say of the candidates.

    Attributes
    ----------
    standings : tuple of LabelledStanding
    n_rows, n_anomalies : int
        That judged them.

    >>> known = LabelledStanding("Z-score", 0.1, 1.0, "", Estimate(0.6, 0.5, 0.7), 0.9, Estimate(0.02, -0.03, 0.06))
    >>> best = LabelledStanding("BiGAN", 9.0, 8.0, "", Estimate(0.62, 0.5, 0.7), 0.9, Estimate(0.0, 0.0, 0.0))
    >>> LabelledRanking((known, best), 1000, 20).choose()[0]
    'Z-score'
    """

    n_rows: int
    n_anomalies: int
    by_labels = True
    caption = (
        "Average precision of each detector on the choice part, with its 95 % interval; one not distinguishable from "
        "the best is good enough."
    )
    promised_for = "the normal rows"
    tells = ""

    @property
    def prevalence(self):
        """The share of anomalies: the average precision of chance."""
        return self.n_anomalies / self.n_rows

    @property
    def ranked(self):
        """Standings of the candidates that were measured, a list."""
        return [standing for standing in self.standings if not np.isnan(standing.average_precision.value)]

    def choose(self):
        """The simplest that is not distinguishable from the best, and why: see :func:`helpers.report.choose`."""
        ranked = self.ranked
        if not ranked:
            raise ValueError("No candidate has a score: there is nothing to choose from.")
        best = max(ranked, key=lambda standing: standing.average_precision.value)
        chosen = next(standing for standing in ranked if standing.behind.low <= 0 or standing is best)
        why = "Average precision {:.2f} [{:.2f}, {:.2f}]".format(*chosen.average_precision)
        if chosen is not best:
            level = (
                f"{best.name} has {best.average_precision.value:.2f}, but on these rows the two cannot be told apart"
            )
            return chosen.name, f"{why}. {level}: the simpler one is chosen."
        simpler = ranked[: ranked.index(chosen)]
        if not simpler:
            return chosen.name, f"{why}: the simplest is the best."
        beaten = simpler[0].name if len(simpler) == 1 else f"the {len(simpler)} simpler ones"
        return chosen.name, f"{why}, the best of all, better than {beaten} beyond chance."

    def draw(self, ax):
        """Draw each candidate that was measured as a dot with its interval, the simplest on top."""
        from helpers import plots  # loads matplotlib

        value, low, high = np.transpose([standing.average_precision for standing in self.ranked[::-1]])
        reach = np.abs([value - low, high - value])
        ax.errorbar(value, np.arange(len(value)), xerr=reach, fmt="o", color=plots.NORMAL, capsize=3)
        ax.set_xlabel("average precision, with its 95 % interval")

    def texts(self):
        """What a reader compares, with no more digits than hold: title to texts."""
        precisions = [standing.average_precision for standing in self.standings]
        return {
            "average precision": [
                "–" if np.isnan(p.value) else "{:.2f} [{:.2f}, {:.2f}]".format(*p) for p in precisions
            ],
            "AUROC": ["–" if np.isnan(standing.auroc) else f"{standing.auroc:.2f}" for standing in self.standings],
        }


def rank_with_labels(entries, part, *, blocks=None, n_resamples=500, random_state=0, seconds=None, progress=None):
    """Average precision of each detector, and how far it is behind the best, on rows that none has learned from.

    The intervals are bootstrap intervals over rows. The same resamples are drawn for all detectors, so that
    "behind best" compares them on the same rows: two intervals may overlap and their difference still be clear.

    Parameters
    ----------
    entries : list of Entry
    part : Part
        With labels, of both kinds.
    blocks : array of shape (n,), optional
        Rows of the same number are drawn together (neighbours in a series are alike).
    n_resamples, random_state : int
    seconds : float, optional
    progress : callable, optional

    Returns
    -------
    LabelledRanking
    """
    scores, notes = score_all(entries, part, TimeBudget(seconds, progress))
    unknown = np.asarray(part.labels) == UNLABELLED
    scores, kept = common_rows({name: np.where(unknown, np.nan, own) for name, own in scores.items()})
    labels = np.asarray(part.labels)[kept]
    blocks = None if blocks is None else np.asarray(blocks)[kept]
    settings = {"blocks": blocks, "n_resamples": n_resamples, "random_state": random_state}
    return LabelledRanking(
        standings_by_labels(entries, notes, labels, scores, **settings), len(labels), int(labels.sum())
    )


def standings_by_labels(entries, notes, labels, scores, *, blocks, n_resamples, random_state):
    """Measure each candidate that has scores, all on the same rows and the same resamples.

    Parameters
    ----------
    entries : list of Entry
    notes : dict of str to list of str
    labels : ndarray of shape (n,)
    scores : dict of str to ndarray of shape (n,)
    blocks, n_resamples, random_state : as for :func:`rank_with_labels`

    Returns
    -------
    tuple of LabelledStanding
    """
    drawn = {
        name: bootstrap_distribution(average_precision_score, labels, own, n_resamples, random_state, blocks)
        for name, own in scores.items()
    }
    precision = {name: float(average_precision_score(labels, own)) for name, own in scores.items()}
    best = max(precision, key=precision.get)
    measures = {
        name: (
            Estimate.drawn(precision[name], drawn[name]),
            float(roc_auc_score(labels, own)),
            Estimate.drawn(precision[best] - precision[name], drawn[best] - drawn[name]),
        )
        for name, own in scores.items()
    }
    return tuple(LabelledStanding(*costs(entry, notes), *measures.get(entry.name, ())) for entry in entries)
