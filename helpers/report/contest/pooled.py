"""Few labels at their best: each row is scored by models that did not see its block, and all judge together."""

from dataclasses import dataclass, field

from helpers.evaluation.thresholds import quantile_threshold
from helpers.report.budget import TimeBudget
from helpers.report.columns.labels import UNLABELLED
from helpers.report.contest.candidates import ENSEMBLE
from helpers.report.contest.ranking import common_rows
from helpers.report.contest.training import fit_again
from helpers.report.contest.with_labels import LabelledRanking, standings_by_labels
from helpers.report.model import Judge

import numpy as np
from sklearn.metrics import average_precision_score

__all__ = ["PooledRanking", "rank_pooled"]

N_BLOCKS = 5
LIMIT = 0.01  # share of a block's normal rows beyond the limit: the scale on which blocks are pooled


@dataclass(frozen=True, eq=False)
class PooledRanking(LabelledRanking):
    """What few labels say of the candidates.

    Attributes
    ----------
    standings, n_rows, n_anomalies : as in :class:`LabelledRanking`
    n_odd : int
        Labelled anomalies; of a series, events.
    odd_ones : str
        What is counted.
    strangeness : ndarray of shape (n_rows of the file,)
        Of each block by the detector that the other blocks would have chosen: nothing in it was chosen by its own
        labels.
    """

    n_odd: int
    odd_ones: str
    strangeness: np.ndarray = field(repr=False)
    caption = (
        "Average precision of each detector over all rows, each fifth scored by a model that did not see it, with its "
        "95 % interval."
    )

    @property
    def tells(self):
        """How much the labels can tell, a sentence."""
        widths = [s.behind.high - s.behind.low for s in self.ranked if s.behind.high > s.behind.low]
        known = f"{self.n_odd} {self.odd_ones} judge the detectors, over all rows"
        if not widths:
            return f"{known}."
        return f"{known}: differences in average precision below about {np.median(widths) / 2:.2f} are within chance."

    def choose(self):
        """The ensemble, unless a single detector is better beyond chance: see :func:`helpers.report.choose`."""
        best = max(self.ranked, key=lambda standing: standing.average_precision.value, default=None)
        together = next((standing for standing in self.ranked if standing.name == ENSEMBLE), None)
        if together is None or together.behind.low > 0:
            return super().choose()
        why = "Average precision {:.2f} [{:.2f}, {:.2f}]".format(*together.average_precision)
        if best is together:
            return ENSEMBLE, f"{why}, the highest of all."
        level = f"{best.name} has {best.average_precision.value:.2f}, but by these labels the two cannot be told apart"
        return ENSEMBLE, f"{why}. {level}: several that judge together are the safer choice."


def rank_pooled(prepared, entries, *, n_resamples=500, seconds=None, progress=None):
    """Rank detectors by all labels: each block of rows is scored by a model that learned from three others.

    The fourth of the others sets the limit and with it the scale, so that scores of all blocks can be pooled. Blocks of
    a series are stretches of time.

    Parameters
    ----------
    prepared : Prepared
        With labels.
    entries : list of Entry
        Networks are left out: they would have to be trained five times.
    n_resamples : int
    seconds : float, optional
        Not looked at: the same labels give the same choice.
    progress : callable, optional

    Returns
    -------
    PooledRanking
    """
    budget, notes, scores = TimeBudget(None, progress), {entry.name: [] for entry in entries}, {}
    blocks = prepared.blocks_of_rows(N_BLOCKS)
    for i, entry in enumerate(entries):
        budget.tell(i / len(entries), f"comparing: {entry.name}")
        if entry.detector is None or entry.candidate.network:
            notes[entry.name] += ["not ranked: it would have to be trained five times"] * (entry.detector is not None)
            continue
        try:
            scores[entry.name] = _pooled_strangeness(prepared, entry, blocks)
        except ValueError as error:  # such as blocks shorter than the window
            notes[entry.name].append(f"not ranked: {error}")
    unknown = prepared.labels == UNLABELLED
    scores, kept = common_rows({name: np.where(unknown, np.nan, own) for name, own in scores.items()})
    labels = prepared.labels[kept]
    settings = {"blocks": prepared.blocks(labels), "n_resamples": n_resamples, "random_state": prepared.random_state}
    standings = standings_by_labels(entries, notes, labels, scores, **settings)
    honest = np.full(prepared.n_rows, np.nan)
    honest[kept] = _chosen_elsewhere(scores, labels, blocks[kept])
    counts = len(labels), int(labels.sum()), prepared.n_odd("all")
    return PooledRanking(standings, *counts, prepared.odd_ones, honest)


def _pooled_strangeness(prepared, entry, blocks):
    strangeness = np.full(prepared.n_rows, np.nan)
    for block in range(N_BLOCKS):
        calibrating = (block + 1) % N_BLOCKS
        learned = np.flatnonzero((blocks != block) & (blocks != calibrating))
        detector = fit_again(entry, prepared.taught(learned))
        usual = prepared.part(np.flatnonzero(blocks == calibrating))
        scores = usual.scores_by(detector)[usual.labels != 1]
        scores = scores[~np.isnan(scores)]
        detector.set_threshold(quantile_threshold(scores, max(LIMIT, 2 / (len(scores) + 1))))
        rows = np.flatnonzero(blocks == block)
        strangeness[rows] = Judge(detector, float(np.median(scores))).strangeness(
            prepared.part(rows).scores_by(detector)
        )
    return strangeness


def _chosen_elsewhere(scores, labels, blocks):
    """Each block's scores by the detector that is best on the others."""
    honest = np.full(len(labels), np.nan)
    for block in np.unique(blocks):
        others = blocks != block
        worth = {
            name: average_precision_score(labels[others], own[others]) if labels[others].any() else 0.0
            for name, own in scores.items()
        }
        honest[~others] = scores[max(worth, key=worth.get)][~others]
    return honest
