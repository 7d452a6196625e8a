"""What the chosen detector is worth by the labels."""

from dataclasses import dataclass

from helpers.evaluation import measuring
from helpers.evaluation.metrics import bootstrap_distribution
from helpers.report.columns.labels import UNLABELLED
from helpers.report.contest.estimate import UNKNOWN, Estimate
from helpers.report.contest.preparing import Prepared

import numpy as np
from sklearn.metrics import average_precision_score

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True)
class Verdict:
    """What labels say of a detector.

    Attributes
    ----------
    judged_on : str
        A phrase.
    n_rows, n_anomalies : int
    average_precision : Estimate
        NaN, as `auroc`, for labels of one class.
    auroc : float
    precision : float
        NaN if nothing was flagged.
    recall, false_alarm_rate : Estimate
    n_events, n_found : int or None
        Of a series: labelled events, and those with a flag.
    found_by_chance : float or None
        How many events as many flags at random would find.
    """

    judged_on: str
    n_rows: int
    n_anomalies: int
    average_precision: Estimate
    auroc: float
    precision: float
    recall: Estimate
    false_alarm_rate: Estimate
    n_events: int | None = None
    n_found: int | None = None
    found_by_chance: float | None = None

    @property
    def prevalence(self):
        """The share of anomalies: the average precision of chance."""
        return self.n_anomalies / self.n_rows

    def as_dict(self):
        """Titles and values, for a table."""
        rows = {"judged on": self.judged_on, "rows": self.n_rows, "anomalies": self.n_anomalies}
        rows |= {"prevalence": self.prevalence} | self.average_precision.named("average precision", "AP")
        rows |= {"AUROC": self.auroc, "precision": self.precision} | self.recall.named("recall")
        rows |= self.false_alarm_rate.named("false-alarm rate")
        if self.n_events is None:
            return rows
        chance = {"events found by chance": self.found_by_chance}
        return rows | {"events": self.n_events, "events found": self.n_found} | chance

    def items(self):
        """Those of :meth:`as_dict`."""
        return self.as_dict().items()

    def __str__(self):
        return "; ".join(self._phrases())

    def _phrases(self):
        """As far as there were labels of both kinds."""
        if not np.isnan(self.average_precision.value):
            precision = "{:.2f} [{:.2f}, {:.2f}]".format(*self.average_precision)
            yield f"average precision {precision}, where chance gives {self.prevalence:.2g}"
        if not np.isnan(self.recall.value):
            yield f"{100 * self.recall.value:.0f} % of the anomalies flagged"
        if self.n_events is not None:
            chance = f"as many flags at random would find {self.found_by_chance:.1f}"
            yield f"{self.n_found} of {self.n_events} events found, where {chance}"
        if not np.isnan(self.false_alarm_rate.value):
            yield f"{100 * self.false_alarm_rate.value:.2g} % of the normal rows flagged"


def judge(prepared: Prepared, strangeness, ranking=None):
    """Say what the chosen detector is worth by the labels, on rows that neither taught it nor chose it.

    If labels were enough to choose by, these are the rows of the test part, looked at here for the first time. If they
    were few, all rows judge: each block by a model that did not see it, of the detector that the other blocks chose.
    Those that had no say in the choice judge it on every row.

    Parameters
    ----------
    prepared : Prepared
    strangeness : Series of shape (n,)
        From :func:`helpers.report.strangeness_of_all`.
    ranking : PooledRanking, optional
        That chose, if labels were few.

    Returns
    -------
    Verdict or None
        None without labels.
    """
    if prepared.labels is None:
        return None
    if ranking is not None and hasattr(ranking, "strangeness"):
        strangeness = prepared.to_file(ranking.strangeness)
        rows, name = np.arange(prepared.n_rows), "all rows, each fifth by what the four others taught and chose"
    elif prepared.labels_rank:
        rows, name = prepared.used("test"), "the test part, looked at once, after the choice"
    else:
        rows, name = np.arange(prepared.n_rows), "all rows: too few labels to choose by, so that they had no say in it"
    scores, labels = prepared.from_file(strangeness)[rows], prepared.labels[rows]
    scored = ~np.isnan(scores) & (labels != UNLABELLED)
    return _measured(name, labels[scored], scores[scored], prepared)


def _measured(name, labels, scores, prepared):
    worth, flags, odd = measuring.judge(labels, scores, threshold=1), scores > 1, labels == 1
    precision = UNKNOWN
    if not np.isnan(worth.average_precision):
        blocks = prepared.blocks(labels)
        drawn = bootstrap_distribution(average_precision_score, labels, scores, 500, prepared.random_state, blocks)
        precision = Estimate.drawn(worth.average_precision, drawn)
    rates = (Estimate.of_rate(int(flags[kind].sum()), int(kind.sum())) for kind in (odd, ~odd))
    events = prepared.events(labels, flags)
    return Verdict(name, worth.n_rows, worth.n_anomalies, precision, worth.auroc, worth.precision, *rates, *events)
