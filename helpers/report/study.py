"""All steps in a row: prepare, train, rank, choose, calibrate, judge, score every row, explain the strangest."""

import datetime
import math
from dataclasses import dataclass, field, replace

from helpers.evaluation.metrics import rate_interval
from helpers.evaluation.thresholds import quantile_threshold
from helpers.report.batch import anomaly_table
from helpers.report.budget import Clock
from helpers.report.columns.describing import Columns, read_labels
from helpers.report.contest.preparing import Parts, prepare, scores_of
from helpers.report.contest.ranking import choose, judge, rank
from helpers.report.contest.training import fit_again, train_candidates
from helpers.report.model import OwnModel
from helpers.report.reading.files import UnusableFile

import numpy as np
import pandas as pd

__all__ = ["Study", "cross_fitted_strangeness", "examine", "finish"]

BLOCK = 20_000  # rows scored at once: between two blocks the clock is looked at
# What share of the time is spent when a stage ends. Without labels every detector learns twice more, on half the rows.
ENDS = {True: {"learning": 0.6, "comparing": 0.7}, False: {"learning": 0.4, "comparing": 0.7}}
SCORING_ENDS = 0.95
SECOND_FIT_SHARE = 0.5  # of what is left, that a second network may take
TAIL = 500  # points of a series that the model remembers, so that the next batch has a past
USUAL_ROWS = 5_000  # that reasons compare with
FEW_ODD = 10  # labelled anomalies: with fewer, intervals are wide
DRIFTED = 2  # times the promised rate of alarms


@dataclass(frozen=True, eq=False)
class Study:
    """What :func:`examine` found.

    Attributes
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
    parts : Parts
    ranking : DataFrame
        See :func:`helpers.report.contest.ranking.rank_with_labels` and ``rank_without_labels``.
    chosen, why : str
    model : OwnModel
    strangeness : Series of shape (n,)
        0 an ordinary row, 1 the alarm limit, NaN not scored; of a series, the index holds the times. No row was scored
        by a detector that learned from it, unless `notes` say so.
    anomalies : DataFrame
        Flagged rows and at least `top`, strangest first: row (1 is the file's first), strangeness, flagged, because,
        the file's own columns.
    verdict : dict or None
        See :func:`helpers.report.judge`. None without labels.
    false_alarm_rate : float
        The promised one; higher than asked for if the calibration rows were too few.
    has_labels : bool
        Whether labels chose the detector.
    seconds : dict
        Stage to seconds.
    notes : tuple of str
    """

    frame: pd.DataFrame = field(repr=False)
    columns: Columns = field(repr=False)
    parts: Parts
    ranking: pd.DataFrame = field(repr=False)
    chosen: str
    why: str
    model: OwnModel = field(repr=False)
    strangeness: pd.Series = field(repr=False)
    anomalies: pd.DataFrame = field(repr=False)
    verdict: dict | None
    false_alarm_rate: float
    has_labels: bool
    seconds: dict = field(repr=False)
    notes: tuple = ()


def examine(frame, columns, *, labels=None, seconds=60.0, false_alarm_rate=0.01, top=20, random_state=0, progress=None):
    """Find the detector to begin with, and the strangest rows, within a time budget.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
        From :func:`helpers.report.describe_columns`.
    labels : array of shape (n,), optional
        1 where a row is known to be odd, else 0: they rank the detectors and never teach them. Read from the column
        ``columns.label`` if None and there is one.
    seconds : float
        For everything. What does not fit is left out and noted. A network that is being built, the first detector
        (something has to stand) and the reasons at the end may take it a little beyond.
    false_alarm_rate : float in (0, 1)
        Share of normal rows that may raise an alarm.
    top : int
        Rows to explain.
    random_state : int
        The same number gives the same study, as far as no time limit cut anything short.
    progress : callable, optional
        Called as ``progress(done, text)``, done in [0, 1].

    Returns
    -------
    Study

    Raises
    ------
    helpers.report.UnusableFile
        With a sentence; :class:`TooLittleTime` if no detector could be trained.
    """
    clock = Clock(seconds, progress)
    if labels is None and columns.label is not None:
        labels = read_labels(frame[columns.label])
    with clock.stage("preparing"):
        prepared = prepare(frame, columns, labels, random_state)
    ends = ENDS[prepared.labels_rank]
    with clock.stage("learning", 0.05):
        entries = train_candidates(
            prepared,
            seconds=_at_least(clock.left(ends["learning"])),
            progress=_within(progress, 0.05, ends["learning"]),
        )
    with clock.stage("comparing", ends["learning"]):
        ranking = rank(
            prepared,
            entries,
            seconds=_at_least(clock.left(ends["comparing"])),
            progress=_within(progress, ends["learning"], ends["comparing"]),
        )
        chosen, why = choose(ranking)
        entry = next(entry for entry in entries if entry.name == chosen)
    with clock.stage("scoring every row", ends["comparing"]):
        model = finish(prepared, entry, false_alarm_rate)
        strangeness = cross_fitted_strangeness(
            prepared,
            entry,
            model,
            seconds=_at_least(clock.left(SCORING_ENDS)),
            progress=_within(progress, ends["comparing"], SCORING_ENDS),
        )
    with clock.stage("judging", SCORING_ENDS):
        verdict = judge(prepared, strangeness)
    with clock.stage("explaining", SCORING_ENDS):
        anomalies = anomaly_table(model, frame, strangeness, usual_rows=_usual_rows(prepared), top=top, at_least=top)
    clock.tell(1.0, "done")
    rate = model.about["false_alarm_rate"]
    notes = (*_notes(prepared, strangeness, false_alarm_rate, rate), *strangeness.attrs.get("notes", ()))
    return Study(
        frame,
        columns,
        prepared.parts,
        ranking,
        chosen,
        why,
        model,
        strangeness,
        anomalies,
        verdict,
        rate,
        prepared.labels_rank,
        clock.stages,
        notes,
    )


def finish(prepared, entry, false_alarm_rate=0.01):
    """Calibrate the chosen detector and make a model of it, which takes the file's own columns and can be saved.

    Parameters
    ----------
    prepared : Prepared
    entry : Entry
    false_alarm_rate : float in (0, 1)
        If the calibration rows are too few to promise it, the smallest one that they can promise is taken:
        ``about["false_alarm_rate"]``.

    Returns
    -------
    OwnModel
    """
    scores = scores_of(entry.detector, prepared.calibration())
    rate = _possible_rate(false_alarm_rate, scores)
    entry.detector.set_threshold(quantile_threshold(scores, rate))
    about = {
        "made": datetime.date.today().isoformat(),
        "rows": prepared.n_rows,
        "learned from": len(prepared.learned),
        "false_alarm_rate": rate,
        "random_state": prepared.random_state,
    }
    usual = float(np.nanmedian(scores))
    if prepared.shape == "table":
        return OwnModel(prepared.inputs, entry.detector, usual, prepared.inputs.columns, entry.name, "table", about)
    return OwnModel(
        None,
        entry.detector,
        usual,
        tuple(prepared.series.columns),
        entry.name,
        "series",
        about,
        time=prepared.columns.time,
        tail=prepared.series.iloc[-TAIL:],
    )


def cross_fitted_strangeness(prepared, entry, model, *, seconds=None, progress=None):
    """The strangeness of every row, none by a detector that learned from it.

    A detector finds what it learned from less strange than it is: a nearest neighbour finds the row itself. So a second
    detector learns from as many rows of the other parts, gets its limit from the same calibration rows, and scores what
    the first one learned from. (The inputs, such as a category's share, are those of the first.)

    Parameters
    ----------
    prepared : Prepared
    entry : Entry
        The chosen one.
    model : OwnModel
        From :func:`finish`.
    seconds : float, optional
        Rows for which there is no time stay NaN.
    progress : callable, optional

    Returns
    -------
    Series of shape (n,)
        One value a row of the file; 0 is an ordinary row, 1 the alarm limit. ``attrs["notes"]`` says what was left out.
    """
    clock = Clock(seconds, progress)
    values, notes = np.full(prepared.n_rows, np.nan), []
    second = _second_model(prepared, entry, model, clock)
    if second is None:
        notes.append(
            "The rows that the detector learned from were scored by itself, which makes them look less "
            "strange: there was no time, or too few other rows, for a second one."
        )
    blocks = list(prepared.stretches(BLOCK))
    order = np.random.default_rng(prepared.random_state).permutation(len(blocks))
    for done, i in enumerate(order):
        if done and clock.left() < 0:
            break
        clock.tell(done / len(blocks), "scoring every row")
        positions, learned = blocks[i]
        values[positions] = _strangeness(prepared, second if learned and second else model, positions)
    else:
        done = len(blocks)
    if done < len(blocks):
        unscored = sum(len(blocks[i][0]) for i in order[done:])
        notes.append(f"{unscored:,} rows were not scored: the time was up. Allow more seconds.")
    strangeness = prepared.to_file(values).rename("strangeness")
    strangeness.attrs["notes"] = tuple(notes)
    return strangeness


def _strangeness(prepared, model, positions):
    rows = prepared.own_rows(positions)
    if prepared.shape == "table":
        return model.strangeness(rows)
    try:
        return replace(model, time=None).strangeness(rows, context=prepared.part(positions).context)
    except UnusableFile:  # a stretch too short for a window, with nothing before it
        return np.full(len(positions), np.nan)


def _second_model(prepared, entry, model, clock):
    """A model for the rows that the first one learned from, or None."""
    left = clock.left() - entry.scoring_seconds(prepared.n_rows)
    allowed = left * SECOND_FIT_SHARE if entry.candidate.network else left
    if entry.fit_seconds > left:
        return None
    clock.tell(0.0, f"learning again: {entry.name}")
    try:
        detector = fit_again(entry, prepared.others(), min(allowed, entry.fit_seconds))
        scores = scores_of(detector, prepared.calibration())
        detector.set_threshold(quantile_threshold(scores, model.about["false_alarm_rate"]))
    except ValueError:  # such as a series that is too short
        return None
    return replace(model, detector=detector, usual=float(np.nanmedian(scores)))


def _possible_rate(rate, scores):
    n_scored = int((~np.isnan(scores)).sum())
    if n_scored == 0:
        raise UnusableFile("No calibration row could be scored: the series is too short, or its gaps too many.")
    return rate if (n_scored + 1) * rate >= 1 else math.ceil(1000 / (n_scored + 1)) / 1000


def _usual_rows(prepared):
    calibration = prepared.parts.calibration
    if prepared.shape == "series":
        return prepared.series
    return prepared.frame.iloc[calibration[:: max(1, len(calibration) // USUAL_ROWS)]]


def _notes(prepared, strangeness, asked, rate):
    """What a reader should know of how the study was made."""
    n_learned, n_train = len(prepared.learned), prepared.n_to_learn_from
    if n_learned < n_train:
        which = "drawn at random" if prepared.shape == "table" else "the latest"
        yield f"The detectors learned from {n_learned:,} of the {n_train:,} rows of the training part, {which}."
    if rate > asked:
        yield (
            f"The calibration rows are too few to promise a false-alarm rate of {asked:g}: the limit is set for "
            f"{rate:g}."
        )
    yield from _notes_on_labels(prepared)
    if prepared.columns.in_time_order or prepared.shape == "series":
        yield from _notes_on_drift(prepared, strangeness, rate)
    missing = int(strangeness.isna().sum())
    if prepared.shape == "series" and missing:
        yield f"{missing:,} points have no strangeness: they follow a gap, miss values, or come too early for a window."


def _notes_on_labels(prepared):
    if prepared.labels is None:
        return
    what = "labelled anomalies" if prepared.shape == "table" else "labelled events"
    counts = {name: prepared.n_odd(name) for name in ("choice", "test")}
    if not prepared.labels_rank:
        yield (
            f"Labels could not choose the detector: of the {what}, {counts['choice']} in the choice part and "
            f"{counts['test']} in the test part are too few; 2 are needed in each."
        )
    elif min(counts.values()) < FEW_ODD:
        yield (
            f"Of the {what}, {counts['choice']} lie in the choice part and {counts['test']} in the test part: few, "
            "so the intervals are wide."
        )


def _notes_on_drift(prepared, strangeness, rate):
    """More alarms among the newest rows than promised: the source may have changed."""
    newest = strangeness.to_numpy()[-max(1, len(strangeness) // 5) :]
    newest = newest[~np.isnan(newest)]
    if len(newest) and rate_interval(int((newest > 1).sum()), len(newest)).low > DRIFTED * rate:
        yield (
            f"Of the newest rows {np.mean(newest > 1):.1%} are flagged; {rate:.1%} was promised for normal ones. "
            "There are many anomalies, or the source has changed since the detector learned."
        )


def _at_least(seconds):
    return max(seconds, 0.01)


def _within(progress, start, end):
    """Progress of a stage, from 0 to 1, as a part of the whole."""
    return None if progress is None else lambda done, text: progress(start + done * (end - start), text)
