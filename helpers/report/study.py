"""All steps in a row: prepare, train, rank, choose, calibrate, judge, score every row, explain the strangest."""

from dataclasses import dataclass, field

from helpers.report.batch import anomaly_table
from helpers.report.budget import TimeBudget
from helpers.report.columns.describing import Columns
from helpers.report.columns.labels import read_labels
from helpers.report.contest.choosing import choose, rank
from helpers.report.contest.parts import Parts
from helpers.report.contest.preparing import prepare
from helpers.report.contest.ranking import Ranking
from helpers.report.contest.scoring import finish, strangeness_of_all
from helpers.report.contest.training import train_candidates
from helpers.report.contest.verdict import Verdict, judge
from helpers.report.drift import drift_table, promise_table
from helpers.report.episodes import episode_table
from helpers.report.model import OwnModel
from helpers.report.notes import notes_of

import numpy as np
import pandas as pd

__all__ = ["Study", "examine"]

# What share of the time is spent when a stage ends.
PREPARED, RANKED, SCORED = 0.05, 0.7, 0.95
TRAINED = {True: 0.6, False: 0.4}  # without labels every detector learns twice more, on half the rows
# Without labels the clock decides nothing: the same file and seed give the same report.
STABILITY_SECONDS = 30  # allowed at least, for stability to be measured
ROWS_A_SECOND = 60_000  # that are scored at most


@dataclass(frozen=True, eq=False)
class Study:
    """What :func:`examine` found.

    Attributes
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
    parts : Parts
    ranking : LabelledRanking, PooledRanking or UnlabelledRanking
    chosen, why : str
    model : OwnModel
    strangeness : Series of shape (n,)
        0 an ordinary row, 1 the alarm limit, NaN not scored; of a series, the index holds the times. No row was scored
        only by a detector that learned from it, unless `notes` say so.
    anomalies : DataFrame
        Flagged rows and at least `top`, strangest first: row (1 is the file's first), strangeness, flagged, because,
        the file's own columns.
    episodes : DataFrame
        The strangest `top` events, one line each: of a series, neighbouring flagged points are one
        (:func:`helpers.report.episodes.episode_table`).
    promise : DataFrame
        Alarms in each part of the rows.
    drift : DataFrame or None
        What changed in each used column (:func:`helpers.report.drift.drift_table`); None if rows have no order.
    verdict : Verdict or None
        None without labels.
    seconds : dict
        Stage to seconds.
    notes : tuple of str
    """

    frame: pd.DataFrame = field(repr=False)
    columns: Columns = field(repr=False)
    parts: Parts
    ranking: Ranking = field(repr=False)
    chosen: str
    why: str
    model: OwnModel = field(repr=False)
    strangeness: pd.Series = field(repr=False)
    anomalies: pd.DataFrame = field(repr=False)
    episodes: pd.DataFrame = field(repr=False)
    promise: pd.DataFrame = field(repr=False)
    drift: pd.DataFrame | None = field(repr=False)
    verdict: Verdict | None
    seconds: dict = field(repr=False)
    notes: tuple = ()

    @property
    def false_alarm_rate(self):
        """The promised one; higher than asked for if the calibration rows were too few."""
        return self.model.about["false_alarm_rate"]

    @property
    def has_labels(self):
        """Whether labels chose the detector."""
        return self.ranking.by_labels

    @property
    def n_flagged(self):
        """Rows beyond the alarm limit."""
        return int((self.strangeness > 1).sum())


def examine(frame, columns, *, labels=None, seconds=60.0, false_alarm_rate=0.01, top=20, random_state=0, progress=None):
    """Find the detector to begin with, and the strangest rows, within a time budget.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
        From :func:`helpers.report.describe_columns`.
    labels : array of shape (n,), optional
        1 where a row is known to be odd, 0 where it is known to be normal, -1 where nobody knows: they rank the
        detectors and never teach them. Read from the column ``columns.label`` if None and there is one.
    seconds : float
        For everything. What does not fit is left out and noted. A network that is being built, the first detector
        (something has to stand) and the reasons at the end may take it a little beyond. Without labels the clock
        decides nothing: from so many seconds it follows beforehand whether stability is measured and how many rows are
        scored, and a slow machine takes longer.
    false_alarm_rate : float in (0, 1)
        Share of normal rows that may raise an alarm.
    top : int
        Rows to explain.
    random_state : int
        The same number gives the same study; with labels, as far as no time limit cut a network short.
    progress : callable, optional
        Called as ``progress(done, text)``, done in [0, 1].

    Returns
    -------
    Study

    Raises
    ------
    helpers.report.UnusableFile
        With a sentence; :class:`helpers.report.TooLittleTime` if no detector could be trained.
    """
    budget = TimeBudget(seconds, progress)
    if labels is None and columns.label is not None:
        labels = read_labels(frame[columns.label])
    with budget.stage("preparing"):
        prepared = prepare(frame, columns, labels, random_state)
    trained, timed = TRAINED[prepared.labels_rank], prepared.labels_rank
    with budget.stage("learning", PREPARED):
        entries = train_candidates(prepared, **budget.part(PREPARED, trained, timed))
    with budget.stage("comparing", trained):
        stable = seconds >= STABILITY_SECONDS
        ranking = rank(prepared, entries, stability=stable, **budget.part(trained, RANKED, timed))
        chosen, why = choose(ranking)
        entry = next(entry for entry in entries if entry.name == chosen)
    with budget.stage("scoring every row", RANKED):
        model = finish(prepared, entry, false_alarm_rate, **budget.part(RANKED, SCORED, timed))
        most = None if timed else int(ROWS_A_SECOND * seconds)
        strangeness = strangeness_of_all(prepared, model, most_rows=most, **budget.part(RANKED, SCORED, timed))
    with budget.stage("judging", SCORED):
        verdict = judge(prepared, strangeness, ranking)
    with budget.stage("explaining", SCORED):
        usual = prepared.usual_rows()
        anomalies = anomaly_table(model, frame, strangeness, usual_rows=usual, top=top, at_least=top)
        episodes = episode_table(model, frame, strangeness, usual, top=top)
        promise = promise_table(prepared.from_file(strangeness), prepared.parts, prepared.is_ordered)
        drift = _drift(prepared)
    budget.tell(1.0, "done")
    notes = [*notes_of(prepared, strangeness, false_alarm_rate, model.about["false_alarm_rate"])]
    if ranking.by_labels:
        notes += filter(None, [ranking.tells])
    elif not stable:
        notes.append(f"Stability was not measured: it is from {STABILITY_SECONDS} seconds on.")
    found = ranking, chosen, why, model, strangeness, anomalies, episodes, promise, drift, verdict
    return Study(frame, columns, prepared.parts, *found, budget.stages, tuple(notes))


def _drift(prepared):
    """Only what stands in the order of time can change."""
    if not prepared.is_ordered:
        return None
    rows = np.arange(len(prepared.frame))[prepared.file_rows]
    columns, parts = prepared.columns, prepared.parts
    return drift_table(prepared.frame, columns.numbers, columns.categories, rows[parts.train], rows[parts.test])
