"""What a reader should know of how a study was made."""

from helpers.evaluation.metrics import rate_interval
from helpers.report.columns.cells import plausible_times
from helpers.report.contest.preparing import FEWEST_POOLED, Prepared

import numpy as np
import pandas as pd

__all__ = ["notes_of"]

A_DAY, CALENDAR = pd.Timedelta(days=1), pd.Timedelta(weeks=2)  # a series that is shorter knows no weekday either
FEW_ODD = 10  # labelled anomalies: with fewer, intervals are wide
DRIFTED = 2  # times the promised rate of alarms


def notes_of(prepared: Prepared, strangeness, asked, rate):
    """Yield what a reader should know of how a study was made.

    Parameters
    ----------
    prepared : Prepared
    strangeness : Series of shape (n,)
    asked, rate : float
        The false-alarm rate that was asked for, and that is promised.

    Yields
    ------
    str
        A sentence.
    """
    n_learned, n_train = len(prepared.learned), prepared.n_to_learn_from
    if n_learned < n_train:
        some = f"{n_learned:,} of the {n_train:,} rows of the training part, {prepared.way_of_some}"
        yield f"The detectors learned from {some}."
    if rate > asked:
        problem = f"The calibration rows are too few to promise a false-alarm rate of {asked:g}"
        yield f"{problem}: the limit is set for {rate:g}."
    if prepared.labels is not None:
        yield from _notes_on_labels(prepared)
    yield from _notes_on_flags(strangeness, rate, prepared.is_ordered)
    yield from prepared.notes_on_unscored(strangeness)
    yield from _note_on_holidays(prepared.frame, prepared.columns)
    yield from strangeness.attrs.get("notes", ())


def _notes_on_labels(prepared):
    if prepared.n_unlabelled:
        others = "they teach and set the limit as rows without labels do, and judge no detector"
        yield f"{prepared.n_unlabelled:,} of {prepared.n_rows:,} rows have no label: {others}."
    what, n_odd = prepared.odd_ones, prepared.n_odd("all")
    if prepared.labels_pool:
        yield f"{n_odd} {what} are few: all rows judge, each fifth by models that did not see it."
    elif not prepared.labels_rank:
        yield f"Labels could not choose the detector: {n_odd} {what} are too few; {FEWEST_POOLED} are needed."
    elif min(choice := prepared.n_odd("choice"), test := prepared.n_odd("test")) < FEW_ODD:
        counts = f"Of the {what}, {choice} lie in the choice part and {test} in the test part"
        yield f"{counts}: few, so the intervals are wide."


def _notes_on_flags(strangeness, rate, is_ordered):
    """More alarms than promised, among all rows or the newest: many anomalies, or the source has changed."""
    scored = strangeness.dropna().to_numpy()
    newest = strangeness.to_numpy()[-max(1, len(strangeness) // 5) :]
    groups = {"all rows": scored} | ({"the newest rows": newest[~np.isnan(newest)]} if is_ordered else {})
    for name, values in groups.items():
        if len(values) and rate_interval(int((values > 1).sum()), len(values)).low > DRIFTED * rate:
            yield (
                f"Of {name} {np.mean(values > 1):.1%} are flagged; {rate:.1%} was promised for normal ones. There are "
                "many anomalies, or the source has changed since the detector learned."
            )


def _note_on_holidays(frame, columns):
    """Where hours and weekdays count: a series by the day or faster, a table with dates; not in less than two weeks."""
    days = isinstance(columns.step, pd.Timedelta) and columns.step <= A_DAY
    in_play = columns.dates if columns.shape == "table" else [columns.time] * days
    times = [plausible_times(frame[name]).dropna() for name in in_play]
    if any(len(one) and one.max() - one.min() >= CALENDAR for one in times):
        yield "Holidays are out of reach: no calendar of them is known, so an ordinary holiday may look odd."
