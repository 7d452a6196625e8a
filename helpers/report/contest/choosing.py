"""Rank the detectors, with labels or without, and choose the simplest that is not distinguishable from the best."""

from helpers.report.contest.pooled import rank_pooled
from helpers.report.contest.preparing import Prepared
from helpers.report.contest.ranking import Ranking
from helpers.report.contest.with_labels import rank_with_labels
from helpers.report.contest.without_labels import rank_without_labels

__all__ = ["choose", "rank"]


def rank(prepared: Prepared, entries, *, seconds=None, n_resamples=500, stability=True, progress=None):
    """Rank by labels if there are enough of them, few ones pooled over all rows; else by agreement and stability.

    Without labels, rows that only one detector finds are listed by their number in the file.

    Parameters
    ----------
    prepared : Prepared
    entries : list of Entry
        From :func:`train_candidates`.
    seconds : float, optional
        What does not fit is left out, and noted.
    n_resamples : int
        Of the bootstrap.
    stability : bool
        Without labels: whether each learns twice more, from halves of its rows.
    progress : callable, optional

    Returns
    -------
    LabelledRanking, PooledRanking or UnlabelledRanking
        With a ``table()``, and its columns by name.
    """
    part, rest = prepared.choice(), {"random_state": prepared.random_state, "seconds": seconds, "progress": progress}
    if prepared.labels_pool:
        return rank_pooled(prepared, entries, n_resamples=n_resamples, progress=progress)
    if not prepared.labels_rank:
        part = part._replace(positions=prepared.rows_of_file(part.positions))
        return rank_without_labels(entries, part, prepared.train(), stability=stability, **rest)
    return rank_with_labels(entries, part, blocks=prepared.blocks(part.labels), n_resamples=n_resamples, **rest)


def choose(ranking: Ranking):
    """Choose the simplest detector that is not distinguishable from the best, and say why in a few sentences.

    With labels: the interval of its distance from the best average precision holds 0; if they are few, the ensemble
    is chosen where that holds for it. Without labels, nothing says
    which is best: the ensemble is chosen, if it is among the candidates. If it is not, what counts is the smaller of
    agreement and stability, and whether the largest such number is beyond what so few rows can tell apart (a 95 %
    interval for the difference of two shares).

    Parameters
    ----------
    ranking : LabelledRanking or UnlabelledRanking
        From :func:`rank`, :func:`rank_with_labels` or :func:`rank_without_labels`.

    Returns
    -------
    name : str
    why : str

    Raises
    ------
    ValueError
        If every candidate was left out.
    """
    return ranking.choose()
