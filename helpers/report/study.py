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
from helpers.report.model import OwnModel
from helpers.report.notes import notes_of

import pandas as pd

__all__ = ["Study", "examine"]

# What share of the time is spent when a stage ends.
PREPARED, RANKED, SCORED = 0.05, 0.7, 0.95
TRAINED = {True: 0.6, False: 0.4}  # without labels every detector learns twice more, on half the rows


@dataclass(frozen=True, eq=False)
class Study:
    """What :func:`examine` found.

    Attributes
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
    parts : Parts
    ranking : LabelledRanking or UnlabelledRanking
    chosen, why : str
    model : OwnModel
    strangeness : Series of shape (n,)
        0 an ordinary row, 1 the alarm limit, NaN not scored; of a series, the index holds the times. No row was scored
        only by a detector that learned from it, unless `notes` say so.
    anomalies : DataFrame
        Flagged rows and at least `top`, strangest first: row (1 is the file's first), strangeness, flagged, because,
        the file's own columns.
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
        With a sentence; :class:`helpers.report.TooLittleTime` if no detector could be trained.
    """
    budget = TimeBudget(seconds, progress)
    if labels is None and columns.label is not None:
        labels = read_labels(frame[columns.label])
    with budget.stage("preparing"):
        prepared = prepare(frame, columns, labels, random_state)
    trained = TRAINED[prepared.labels_rank]
    with budget.stage("learning", PREPARED):
        entries = train_candidates(prepared, **budget.part(PREPARED, trained))
    with budget.stage("comparing", trained):
        ranking = rank(prepared, entries, **budget.part(trained, RANKED))
        chosen, why = choose(ranking)
        entry = next(entry for entry in entries if entry.name == chosen)
    with budget.stage("scoring every row", RANKED):
        model = finish(prepared, entry, false_alarm_rate, **budget.part(RANKED, SCORED))
        strangeness = strangeness_of_all(prepared, model, **budget.part(RANKED, SCORED))
    with budget.stage("judging", SCORED):
        verdict = judge(prepared, strangeness)
    with budget.stage("explaining", SCORED):
        usual = prepared.usual_rows()
        anomalies = anomaly_table(model, frame, strangeness, usual_rows=usual, top=top, at_least=top)
    budget.tell(1.0, "done")
    notes = tuple(notes_of(prepared, strangeness, false_alarm_rate, model.about["false_alarm_rate"]))
    found = ranking, chosen, why, model, strangeness, anomalies, verdict
    return Study(frame, columns, prepared.parts, *found, budget.stages, notes)
