"""The same table from lesson 03 to the last: every detector on the same rows, splits, seeds and promise."""

import copy

from helpers.detectors.base import Detector, is_fitted
from helpers.evaluation.inputs import check_rate, labels_and_scores, one_of_each
from helpers.evaluation.measuring import judge, scores_of, seed_parameters, seeded, timed
from helpers.evaluation.metrics import bootstrap_distribution, percentile_interval, recall_by_kind
from helpers.evaluation.thresholds import quantile_threshold

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

__all__ = ["format_scoreboard", "scoreboard"]

MEASURES = {
    "AUROC": "auroc",
    "average precision": "average_precision",
    "precision": "precision",
    "recall": "recall",
    "false-alarm rate": "false_alarm_rate",
}
RECALL_OF = "recall: "


def scoreboard(
    detectors,
    X_train,
    X_calibration,
    X_test,
    labels_test,
    false_alarm_rate=0.01,
    kinds=None,
    seeds=(0,),
    n_resamples=1000,
    confidence=0.95,
    blocks=None,
):
    """Compare detectors: fit on X_train, set each threshold on X_calibration, judge on X_test.

    Built in lesson 03.

    Parameters
    ----------
    detectors : mapping of str to detector
        Ours, PyOD's, or scikit-learn's through :func:`helpers.detectors.from_sklearn`. Unfitted ones are
        cloned and fitted; fitted ones are used as they are. The caller's detectors stay unchanged.
    X_train : table of shape (n_train, n_columns)
    X_calibration : table of shape (n_calibration, n_columns)
        Normal rows that no detector was fitted on. Every threshold comes from these by the same rule,
        :func:`helpers.evaluation.thresholds.quantile_threshold`; one that a detector had before is not used.
    X_test : table of shape (n_test, n_columns)
    labels_test : array of shape (n_test,)
        1 (anomaly) or 0 (normal).
    false_alarm_rate : float in (0, 1)
        The rate promised; the table shows the one achieved.
    kinds : array of str of shape (n_test,), optional
        Kind of each test row ("normal" for normal ones): adds a column "recall: <kind>" for each kind.
    seeds : sequence of int
        An unfitted detector with a ``random_state`` is trained once for each seed.
    n_resamples : int
        Bootstrap resamples behind the interval of the average precision.
    confidence : float in (0, 1)
    blocks : array of shape (n_test,), optional
        Test rows of the same number (of one customer, say) are drawn together for the intervals, as in
        :func:`helpers.evaluation.metrics.bootstrap_interval`.

    Returns
    -------
    DataFrame
        One row a detector, in the caller's order, with the columns "AUROC", "average precision", "precision",
        "recall", "false-alarm rate" (means over the seeds), "AP low", "AP high" (bootstrap interval of that
        mean over test rows), "AUROC sd", "average precision sd", … (standard deviation over the seeds; NaN
        for a single run), "runs", "fit seconds" (mean of a run; NaN if it came fitted) and the recall of each
        kind. ``board.attrs`` holds "prevalence" (the average precision of chance), "false_alarm_rate",
        "n_test", "seeds".

    Raises
    ------
    ValueError
        No detectors, labels of one class or of another length than X_test, too few calibration rows for the
        promise.
    TypeError
        A detector without ``fit`` and ``decision_function``, or scikit-learn's own without ``from_sklearn``.

    >>> import numpy as np
    >>> from helpers.detectors import RandomScore, ZScore
    >>> rng = np.random.default_rng(0)
    >>> X_test = np.concatenate([rng.normal(size=(190, 2)), rng.normal(6, 1, size=(10, 2))])
    >>> board = scoreboard(
    ...     {"random": RandomScore(), "z-score": ZScore()},
    ...     rng.normal(size=(300, 2)), rng.normal(size=(200, 2)), X_test, np.repeat([0, 1], [190, 10]),
    ... )
    >>> board["AUROC"].round(1).tolist()[1], board.attrs["prevalence"]
    (1.0, 0.05)
    """
    _check_request(detectors, X_calibration, X_test, labels_test, false_alarm_rate, kinds, seeds)
    check_rate(confidence, "confidence")
    labels = np.asarray(labels_test).astype(int)
    judge = _Judge(X_calibration, X_test, labels, kinds, false_alarm_rate, n_resamples, confidence, blocks)
    board = pd.DataFrame({name: judge.row(_runs(d, X_train, seeds)) for name, d in detectors.items()}).T
    board = board.astype(float).astype({"runs": int}).rename_axis("detector")
    board.attrs = {
        "prevalence": float(labels.mean()),
        "false_alarm_rate": false_alarm_rate,
        "n_test": len(labels),
        "seeds": list(seeds),
    }
    return board


def format_scoreboard(board, seconds=False):
    """The board as text with no more digits than hold on other machines.

    AUROC has three decimals, shares have two, with "± sd" where the seeds differ; the average precision
    carries its interval, and its heading the floor, which is the prevalence. The heading of the false-alarm
    rate carries the promise.

    Parameters
    ----------
    board : DataFrame from :func:`scoreboard`
    seconds : bool
        Show the seconds to fit. They differ on each run, so lessons show them only where nbval does not
        compare.

    Returns
    -------
    DataFrame of str

    >>> import pandas as pd
    >>> row = {"AUROC": 0.9531, "average precision": 0.611, "AP low": 0.55, "AP high": 0.67, "precision": 0.5,
    ...        "recall": 0.42, "false-alarm rate": 0.0123, "runs": 1, "fit seconds": 0.2}
    >>> board = pd.DataFrame([row], index=["z-score"])
    >>> board.attrs = {"prevalence": 0.02, "false_alarm_rate": 0.01}
    >>> for heading, text in format_scoreboard(board).iloc[0].items():
    ...     print(f"{heading}: {text}")
    AUROC: 0.953
    average precision (chance 0.02): 0.61 [0.55, 0.67]
    precision: 0.50
    recall: 0.42
    false alarms (promised 1 %): 1.2 %
    """
    prevalence, rate = board.attrs["prevalence"], board.attrs["false_alarm_rate"]
    text = pd.DataFrame(index=board.index)
    text["AUROC"] = _with_spread(board, "AUROC", "{:.3f}")
    interval = [f" [{low:.2f}, {high:.2f}]" for low, high in zip(board["AP low"], board["AP high"], strict=True)]
    text[f"average precision (chance {prevalence:.2g})"] = [
        value + between for value, between in zip(_with_spread(board, "average precision"), interval, strict=True)
    ]
    text["precision"] = _with_spread(board, "precision")
    text["recall"] = _with_spread(board, "recall")
    text[f"false alarms (promised {100 * rate:g} %)"] = [f"{100 * value:.1f} %" for value in board["false-alarm rate"]]
    for name in [name for name in board.columns if name.startswith(RECALL_OF)]:
        text[name] = [f"{value:.2f}" for value in board[name]]
    if seconds:
        text["fit seconds"] = ["–" if np.isnan(value) else f"{value:.2g}" for value in board["fit seconds"]]
    return text


def _with_spread(board, column, pattern="{:.2f}"):
    spreads = board.get(f"{column} sd", pd.Series(np.nan, index=board.index))
    return [
        _number(value, pattern) + (" ± " + pattern.format(spread) if spread > 0 else "")
        for value, spread in zip(board[column], spreads, strict=True)
    ]


def _number(value, pattern):
    return "–" if np.isnan(value) else pattern.format(value)


class _Judge:
    """Turns the fitted runs of one detector into its row, on the same test rows for all."""

    def __init__(self, X_calibration, X_test, labels, kinds, false_alarm_rate, n_resamples, confidence, blocks=None):
        self.X_calibration, self.X_test = X_calibration, X_test
        self.labels, self.kinds = labels, None if kinds is None else np.asarray(kinds, dtype=object)
        self.false_alarm_rate, self.n_resamples, self.confidence = false_alarm_rate, n_resamples, confidence
        self.blocks = blocks

    def row(self, runs):
        measured, resampled, seconds = [], [], []
        for detector, fit_seconds in runs:
            scores = self._scores(detector)
            threshold = quantile_threshold(detector.decision_function(self.X_calibration), self.false_alarm_rate)
            measured.append(self._measure(scores, threshold))
            resampled.append(
                bootstrap_distribution(
                    average_precision_score, self.labels, scores, self.n_resamples, blocks=self.blocks
                )
            )
            seconds.append(fit_seconds)
        measured = pd.DataFrame(measured)
        low, high = percentile_interval(np.mean(resampled, axis=0), self.confidence)
        row = measured[list(MEASURES)].mean().to_dict() | {"AP low": low, "AP high": high}
        row |= measured[list(MEASURES)].std().add_suffix(" sd").to_dict()  # NaN for a single run
        row |= {"runs": len(measured), "fit seconds": np.mean(seconds)}
        return row | measured.drop(columns=list(MEASURES)).mean().to_dict()

    def _scores(self, detector):
        scores = scores_of(detector, self.X_test)
        if scores.shape != self.labels.shape:
            raise ValueError(f"The detector gave scores of shape {scores.shape} for {len(self.labels)} test rows.")
        return scores

    def _measure(self, scores, threshold):
        worth = judge(self.labels, scores, threshold)
        measured = {heading: getattr(worth, measure) for heading, measure in MEASURES.items()}
        if self.kinds is not None:
            scored = ~np.isnan(scores)
            measured |= recall_by_kind(self.kinds[scored], scores[scored] > threshold).add_prefix(RECALL_OF).to_dict()
        return measured


def _runs(detector, X_train, seeds):
    """Pairs of a fitted detector and the seconds its fit took, one for each seed that matters."""
    if is_fitted(detector):
        # PyOD's detectors write to themselves while scoring; ours do not, and may hold large networks
        yield (detector if isinstance(detector, Detector) else copy.deepcopy(detector)), np.nan
        return
    for seed in seeds if seed_parameters(detector) else seeds[:1]:
        fresh = seeded(detector, seed)
        _, seconds = timed(fresh.fit, X_train)
        yield fresh, seconds


def _check_request(detectors, X_calibration, X_test, labels, false_alarm_rate, kinds, seeds):
    if not hasattr(detectors, "items") or not detectors:
        raise ValueError("detectors is a mapping of names to detectors with at least one entry: {'z-score': ZScore()}.")
    for name, detector in detectors.items():
        _check_detector(name, detector)
    labels, _ = labels_and_scores(labels, np.zeros(len(X_test)))
    one_of_each(labels, "a scoreboard")
    if kinds is not None:
        _check_kinds(kinds, labels)
    if len(seeds) == 0:
        raise ValueError("seeds is empty: give at least one.")
    quantile_threshold(np.arange(len(X_calibration)), false_alarm_rate)  # enough rows for the promise, before any fit


def _check_kinds(kinds, labels):
    abnormal = np.array([kind != "normal" and not pd.isna(kind) for kind in kinds])
    if len(abnormal) != len(labels):
        raise ValueError(f"{len(abnormal)} kinds, but {len(labels)} labels: they must belong to the same rows.")
    if not np.array_equal(abnormal, labels == 1):
        raise ValueError("kinds and labels_test disagree: a row is 'normal' exactly where its label is 0.")


def _check_detector(name, detector):
    if isinstance(detector, type):
        raise TypeError(f"{name!r}: pass an instance, {detector.__name__}(), not the class.")
    if not hasattr(detector, "fit") or not hasattr(detector, "decision_function"):
        raise TypeError(f"{name!r}: a detector has fit(X) and decision_function(X), but {detector!r} has not.")
    if type(detector).__module__.startswith("sklearn."):
        raise TypeError(f"{name!r}: scikit-learn's scores have the opposite sign; wrap it with from_sklearn(...).")
