"""Rank detectors, with labels or without, and choose the simplest that is not distinguishable from the best."""

from helpers.evaluation.events import event_table
from helpers.evaluation.metrics import bootstrap_distribution, percentile_interval, rate_interval
from helpers.report.budget import Clock
from helpers.report.contest.preparing import Part, scores_of
from helpers.report.contest.training import fit_again

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

__all__ = ["choose", "judge", "rank", "rank_with_labels", "rank_without_labels"]

TOP_SHARE, TOP_ROWS = 0.01, 20  # the strangest rows that are compared: the larger of both
NOT_ACCURACY = (
    "Agreement and stability are no accuracy: detectors can agree, again and again, on rows that are "
    "strange and yet right."
)
NORMAL_QUANTILE = 1.96  # of a 95 % interval
BLOCK_OF_SERIES = 100  # points that are drawn together: about the longest window
MANY_TIES = 2  # times as many rows at the border of the top as have room in it


def rank(prepared, entries, *, seconds=None, n_resamples=500, progress=None):
    """Rank by labels if there are enough of them (``prepared.labels_rank``), else by agreement and stability.

    Parameters
    ----------
    prepared : Prepared
    entries : list of Entry
        From :func:`train_candidates`.
    seconds : float, optional
        What does not fit is left out, and noted.
    n_resamples : int
        Of the bootstrap.
    progress : callable, optional

    Returns
    -------
    DataFrame
        As :func:`rank_with_labels` or :func:`rank_without_labels` give it.
    """
    part = prepared.choice()
    if prepared.labels_rank:
        blocks = None if prepared.shape == "table" else series_blocks(part.labels, BLOCK_OF_SERIES)
        return rank_with_labels(
            entries,
            part,
            blocks=blocks,
            n_resamples=n_resamples,
            seconds=seconds,
            random_state=prepared.random_state,
            progress=progress,
        )
    return rank_without_labels(
        entries, part, prepared.train(), seconds=seconds, random_state=prepared.random_state, progress=progress
    )


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
    DataFrame
        One row a candidate, simplest first: "average precision", "AP low", "AP high", "AUROC", "behind best",
        "behind low", "behind high", "fit seconds", "microseconds a row", "note". NaN for what was left out.
        ``attrs`` hold "rows", "anomalies" and "prevalence", the average precision of chance.
    """
    clock = Clock(seconds, progress)
    ranking = _frame(
        entries, ["average precision", "AP low", "AP high", "AUROC", "behind best", "behind low", "behind high"]
    )
    scores, labels, blocks = _scored_by_all(_score_all(entries, part, clock, ranking), part.labels, blocks)
    drawn = {
        name: bootstrap_distribution(average_precision_score, labels, own, n_resamples, random_state, blocks)
        for name, own in scores.items()
    }
    precision = {name: float(average_precision_score(labels, own)) for name, own in scores.items()}
    best = max(precision, key=precision.get)
    for name, own in scores.items():
        interval, behind = percentile_interval(drawn[name]), percentile_interval(drawn[best] - drawn[name])
        ranking.loc[name, ranking.columns[:7]] = [
            precision[name],
            *interval,
            roc_auc_score(labels, own),
            precision[best] - precision[name],
            *behind,
        ]
    ranking.attrs = {"rows": len(labels), "anomalies": int(labels.sum()), "prevalence": float(labels.mean())}
    return ranking


def rank_without_labels(entries, part, train, *, random_state=0, seconds=None, progress=None):
    """How far detectors agree on the strangest rows, and how far each agrees with itself. Neither is accuracy.

    "agreement" is the share of a detector's strangest rows (1 %, at least 20) that are among the strangest by the mean
    rank of the other detectors. Kinsmen agree: Z-score and IQR look at the same thing. "stability" is the share that
    two fits, each on another half of the training rows, have in common: what changes with the half is chance.

    Parameters
    ----------
    entries : list of Entry
    part : Part
        Rows that no detector has learned from; labels are not looked at.
    train : Part
        The rows they learned from.
    random_state : int
    seconds : float, optional
        Stability that does not fit in is left out, and noted.
    progress : callable, optional

    Returns
    -------
    DataFrame
        One row a candidate, simplest first: "agreement", "stability", "fit seconds", "microseconds a row", "note". NaN
        for what was left out. ``attrs`` hold "top", the number of rows compared, and "warning", a sentence.
    """
    clock = Clock(seconds, progress)
    ranking = _frame(entries, ["agreement", "stability"])
    everyone, _, _ = _scored_by_all(_score_all(entries, part, clock, ranking, until=0.3))
    n_top = _n_top(len(next(iter(everyone.values()))))
    rng = np.random.default_rng(random_state)
    for name, own in everyone.items():
        others = [rankdata(scores) for other, scores in everyone.items() if other != name]
        if others:
            ranking.loc[name, "agreement"] = _overlap(own, np.mean(others, axis=0), n_top, rng)
        if (tied := _tied(own, n_top)) > MANY_TIES * n_top:
            _note(ranking, name, f"{tied:,} rows share the score at the border of the strangest {n_top}")
    for i, entry in enumerate(entry for entry in entries if entry.name in everyone):
        clock.tell(0.3 + 0.7 * i / len(everyone), f"learning again, twice: {entry.name}")
        ranking.loc[entry.name, "stability"] = _stability(entry, part, train, clock, ranking, rng)
    ranking.attrs = {"top": n_top, "warning": NOT_ACCURACY}
    return ranking


def choose(ranking):
    """The simplest detector that is not distinguishable from the best, and why in a few sentences.

    With labels: the interval of its distance from the best average precision holds 0. Without labels, nothing says
    which is best; what counts is the smaller of agreement and stability, and whether the largest such number is beyond
    what so few rows can tell apart (a 95 % interval for the difference of two shares).

    Parameters
    ----------
    ranking : DataFrame
        From :func:`rank`, :func:`rank_with_labels` or :func:`rank_without_labels`.

    Returns
    -------
    name : str
    why : str

    Raises
    ------
    ValueError
        If every candidate was left out.

    >>> ranking = pd.DataFrame({"average precision": [0.60, 0.62], "AP low": [0.5, 0.5], "AP high": [0.7, 0.7],
    ...                         "behind best": [0.02, 0.0], "behind low": [-0.03, 0.0]}, index=["Z-score", "BiGAN"])
    >>> name, why = choose(ranking)
    >>> name, why[:42]
    ('Z-score', 'Average precision 0.60 [0.50, 0.70]. BiGAN')
    """
    standing = ranking[ranking.iloc[:, 0].notna()]
    if "average precision" in ranking:
        if standing.empty:
            raise ValueError("No candidate has a score: there is nothing to choose from.")
        return _choose_with_labels(standing)
    trained = ranking[ranking["microseconds a row"].notna()]
    if len(trained) == 1:
        return trained.index[0], "It is the only one that could be trained in the time."
    return _choose_without_labels(standing)


def judge(prepared, strangeness):
    """What the chosen detector is worth by the labels, on rows that neither taught it nor chose it.

    If labels were enough to choose by, these are the rows of the test part, looked at here for the first time. If they
    were too few for that, they had no say in the choice, and every row can judge it.

    Parameters
    ----------
    prepared : Prepared
    strangeness : Series of shape (n,)
        From :func:`helpers.report.cross_fitted_strangeness`.

    Returns
    -------
    dict or None
        None without labels. "judged on" (a phrase), "rows", "anomalies", "prevalence", "average precision", "AP low",
        "AP high", "AUROC", "precision", "recall", "recall low", "recall high", "false-alarm rate", "false-alarm rate
        low", "false-alarm rate high"; for a series also "events" and "events found". NaN where labels are too few.
    """
    if prepared.labels is None:
        return None
    if prepared.labels_rank:
        rows, name = prepared.used("test"), "the test part, looked at once, after the choice"
    else:
        rows, name = np.arange(prepared.n_rows), "all rows: too few labels to choose by, so that they had no say in it"
    scores, labels = prepared.from_file(strangeness)[rows], prepared.labels[rows]
    scored = ~np.isnan(scores)
    return {"judged on": name} | _measures(labels[scored], scores[scored], prepared)


def _measures(labels, scores, prepared):
    flags, is_series = scores > 1, prepared.shape == "series"
    blocks = series_blocks(labels, BLOCK_OF_SERIES) if is_series else None
    measures = {"rows": len(labels), "anomalies": int(labels.sum()), "prevalence": float(labels.mean())}
    measures |= _precision_of(labels, scores, blocks, prepared.random_state) | _rates(labels, flags)
    if is_series and labels.any():
        found = event_table(labels, flags)["found"]
        measures |= {"events": len(found), "events found": int(found.sum())}
    return measures


def series_blocks(labels, length):
    """Neighbours in a series that a bootstrap draws together: each event, and stretches of `length` points between.

    labels : array of shape (n,), 0 or 1
    length : int

    >>> series_blocks([0, 0, 0, 1, 1, 0, 0], 2).tolist()
    [0, 0, 1, 2, 2, 3, 3]
    """
    labels = np.asarray(labels)
    changes = np.flatnonzero(np.diff(labels, prepend=labels[0]))
    place = np.arange(len(labels)) - np.r_[0, changes][np.searchsorted(changes, np.arange(len(labels)), side="right")]
    begins = ((labels == 0) & (place % max(1, length) == 0)) | (place == 0)
    return np.cumsum(begins) - 1


def _frame(entries, measures):
    """An empty ranking: what was left out stays NaN."""
    rows = [
        {"fit seconds": entry.fit_seconds, "microseconds a row": entry.score_microseconds, "note": entry.note}
        for entry in entries
    ]
    costs = pd.DataFrame(rows, index=pd.Index([entry.name for entry in entries], name="detector"))
    return pd.concat([pd.DataFrame(np.nan, index=costs.index, columns=measures), costs], axis=1)


def _score_all(entries, part, clock, ranking, until=1.0):
    """Scores of each detector that stands and has time; the simplest always has."""
    scores = {}
    standing = [entry for entry in entries if entry.detector is not None]
    for i, entry in enumerate(standing):
        clock.tell(until * i / len(standing), f"comparing: {entry.name}")
        if scores and entry.scoring_seconds(len(part.X)) > clock.left():
            _note(ranking, entry.name, "not ranked: no time was left to score the rows")
            continue
        scores[entry.name] = scores_of(entry.detector, part)
    return scores


def _scored_by_all(scores, *along):
    """Only the rows that every detector scored, so that all are judged on the same ones."""
    kept = ~np.any([np.isnan(own) for own in scores.values()], axis=0)
    cut = (None if values is None else np.asarray(values)[kept] for values in (*along, None, None)[:2])
    return {name: own[kept] for name, own in scores.items()}, *cut


def _n_top(n_rows):
    return int(min(max(TOP_ROWS, np.ceil(TOP_SHARE * n_rows)), max(1, n_rows // 2)))


def _overlap(first, second, n_top, rng):
    """The share of the n highest scores that two detectors have in common; ties are broken by lot."""
    return len(np.intersect1d(_top(first, n_top, rng), _top(second, n_top, rng))) / n_top


def _top(scores, n_top, rng):
    return np.lexsort((rng.random(len(scores)), -scores))[:n_top]


def _tied(scores, n_top):
    return int((scores == np.partition(scores, -n_top)[-n_top]).sum())


def _stability(entry, part, train, clock, ranking, rng):
    """The overlap of two fits on halves of the training rows; NaN if there is no time for them."""
    needed = entry.fit_seconds + 2 * entry.scoring_seconds(len(part.X))
    if needed > clock.left():
        _note(ranking, entry.name, f"stability not measured: {max(0, clock.left()):.0f} s were left")
        return np.nan
    try:
        fits = [fit_again(entry, half, entry.fit_seconds / 2) for half in _halves(train, rng)]
        scores = {i: scores_of(detector, part) for i, detector in enumerate(fits)}
        first, second = _scored_by_all(scores)[0].values()
    except ValueError:  # such as half a series that is shorter than the window
        _note(ranking, entry.name, "stability not measured: half of the training rows are too few")
        return np.nan
    return _overlap(first, second, _n_top(len(first)), rng)


def _halves(train, rng):
    """Two halves: random rows of a table, the earlier and the later points of a series."""
    n_rows = len(train.X)
    is_series = isinstance(train.X.index, pd.DatetimeIndex)
    order = np.arange(n_rows) if is_series else rng.permutation(n_rows)
    for half in (order[: n_rows // 2], order[n_rows // 2 :]):
        yield Part(train.positions[half], train.X.iloc[half])


def _note(ranking, name, text):
    ranking.loc[name, "note"] = "; ".join(filter(None, [ranking.loc[name, "note"], text]))


def _choose_with_labels(ranking):
    best = ranking["average precision"].idxmax()
    name = ranking.index[(ranking["behind low"] <= 0) | (ranking.index == best)][0]
    row, top = ranking.loc[name], ranking.loc[best, "average precision"]
    why = f"Average precision {row['average precision']:.2f} [{row['AP low']:.2f}, {row['AP high']:.2f}]"
    if name != best:
        return name, (
            f"{why}. {best} has {top:.2f}, but on these rows the two cannot be told apart: the simpler one is chosen."
        )
    simpler = ranking.loc[:name].iloc[:-1]
    beaten = f", better than the {len(simpler)} simpler ones beyond chance" if len(simpler) > 1 else ""
    beaten = f", better than {simpler.index[0]} beyond chance" if len(simpler) == 1 else beaten
    return name, f"{why}, the best of all{beaten}." if len(simpler) else f"{why}: the simplest is the best."


def _choose_without_labels(ranking):
    measured = ranking[ranking["stability"].notna()]
    ranking = measured if len(measured) else ranking
    shares = ranking[["agreement", "stability"]].min(axis=1)
    n_top, best = ranking.attrs.get("top", TOP_ROWS), shares.idxmax()
    error = np.sqrt((shares * (1 - shares) + shares[best] * (1 - shares[best])) / n_top)
    name = ranking.index[shares[best] - shares <= NORMAL_QUANTILE * error][0]
    row = ranking.loc[name]
    known = [f"it shares {row['agreement']:.0%} of its strangest {n_top} rows with the other detectors"]
    if pd.notna(row["stability"]):
        known.append(f"{row['stability']:.0%} with itself when it learns from other rows")
    ending = f"What {best} has ahead of it is within the chance of {n_top} rows: the simpler one is chosen."
    if name == best:
        ending = "It is the simplest." if name == ranking.index[0] else "No simpler one does so well."
    return name, f"{' and '.join(known).capitalize()}; neither number is an accuracy. {ending}"


def _precision_of(labels, scores, blocks, random_state):
    """Average precision and AUROC, NaN for labels of one class."""
    if labels.all() or not labels.any():
        return dict.fromkeys(("average precision", "AP low", "AP high", "AUROC"), np.nan)
    drawn = bootstrap_distribution(average_precision_score, labels, scores, 500, random_state, blocks)
    interval = percentile_interval(drawn)
    return {
        "average precision": float(average_precision_score(labels, scores)),
        "AP low": interval.low,
        "AP high": interval.high,
        "AUROC": float(roc_auc_score(labels, scores)),
    }


def _rates(labels, flags):
    odd = labels == 1
    rates = {"precision": float(odd[flags].mean()) if flags.any() else np.nan}
    for name, rows in (("recall", odd), ("false-alarm rate", ~odd)):
        count, n = int(flags[rows].sum()), int(rows.sum())
        interval = rate_interval(count, n) if n else (np.nan, np.nan)
        rates |= {name: count / n if n else np.nan, f"{name} low": interval[0], f"{name} high": interval[1]}
    return rates
