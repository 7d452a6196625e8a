"""Candidates trained one after the other, simplest first, within a time budget that is kept."""

import importlib
import sys
import time
import warnings
from dataclasses import dataclass, replace

from helpers.detectors.base import Detector
from helpers.evaluation.measuring import timed
from helpers.report.budget import TimeBudget
from helpers.report.contest.candidates import Candidate
from helpers.report.contest.preparing import Prepared
from helpers.report.errors import UnusableFile
from helpers.report.reasons.wording import in_words

import numpy as np
from sklearn.base import clone

__all__ = ["Entry", "TooLittleTime", "fit_again", "train_candidates"]

PROBE_ROWS = (500, 1000)  # a fit on so many rows tells how long one on all rows takes
TIMED_ROWS = (500, 10_000)  # scored to know the cost of one: the few first, the many if that was quick
QUICK = 0.02  # seconds
SCORING_SHARE = 0.5  # of the budget that scoring all rows may take
# Processor seconds on a usual laptop, measured: what no time budget of a network can shorten.
IMPORT_SECONDS = 4.0  # TensorFlow
COMPILE_SECONDS = 4.0  # building a network, compiling its step and its scoring
SHORTEST_TRAINING = 3.0


class TooLittleTime(UnusableFile):
    """Not even the simplest detector fits into the time budget; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A candidate after its training.

    Attributes
    ----------
    candidate : Candidate
    detector : Detector or None
        Fitted; None if it was left out.
    fit_seconds, score_microseconds : float
        To learn, and to score one row; NaN if left out.
    note : str
        Why it was left out, or what a reader should know of its training.
    """

    candidate: Candidate
    detector: Detector | None = None
    fit_seconds: float = np.nan
    score_microseconds: float = np.nan
    note: str = ""

    @property
    def name(self):
        """The candidate's."""
        return self.candidate.name

    def scoring_seconds(self, n_rows):
        """How long scoring so many rows will take."""
        return self.score_microseconds * n_rows / 1e6

    def __repr__(self):
        if self.detector is None:
            return f"{self.name}: {self.note}"
        cost = f"learned in {in_words(self.fit_seconds)} s, {in_words(self.score_microseconds)} µs a row"
        return f"{self.name}: {cost}{'; ' if self.note else ''}{self.note}"


def train_candidates(prepared: Prepared, candidates=None, *, seconds=30.0, n_to_score=None, progress=None):
    """Train each candidate on the training part, simplest first, as far as the time goes.

    How long a fit will take is predicted from fits on a few rows, how long scoring will take is measured on a sample,
    and networks get equal shares of what is left; if that is too little for all, the simpler one gets what there is. A
    candidate that does not fit is left out, and its entry says so. How far the networks get depends on the machine:
    only what is trained to its end is the same everywhere.

    Parameters
    ----------
    prepared : Prepared
    candidates : list of Candidate, optional
        All of :func:`table_candidates` or :func:`series_candidates` if None.
    seconds : float or None
        For all of them, TensorFlow's start included. None sets no limit.
    n_to_score : int, optional
        Rows that the chosen one will have to score: a candidate that would take more than half of `seconds` for them
        is left out. All rows if None.
    progress : callable, optional
        Called as ``progress(done, text)``, done in [0, 1].

    Returns
    -------
    list of Entry
        In the order of the candidates.

    Raises
    ------
    TooLittleTime
        If none could be trained.
    """
    budget = TimeBudget(seconds, progress)
    candidates = prepared.candidates() if candidates is None else candidates
    n_to_score = prepared.n_rows if n_to_score is None else n_to_score
    trainer = _Trainer(prepared, budget, n_to_score, sum(candidate.network for candidate in candidates))
    entries = []
    for i, candidate in enumerate(candidates):
        budget.tell(i / len(candidates), f"learning: {candidate.name}")
        entries.append(trainer.train(candidate))
    if all(entry.detector is None for entry in entries):
        within = "" if seconds is None else f" in {seconds:g} s"
        problem = f"No detector could be trained{within}. {entries[0].name}: {entries[0].note}."
        raise TooLittleTime(f"{problem} Allow more seconds, or examine fewer rows.")
    return entries


def fit_again(entry, part, seconds=None):
    """Fit a clone of the entry's detector on other rows.

    Parameters
    ----------
    entry : Entry
    part : Part
    seconds : float, optional
        That a network may take.

    Returns
    -------
    Detector
    """
    detector = clone(entry.candidate.detector)
    if entry.candidate.network and seconds is not None and np.isfinite(seconds):
        detector.set_params(time_budget=max(SHORTEST_TRAINING, seconds))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that time was short was said when it was trained first
        return detector.fit(part.X)


class _Trainer:
    def __init__(self, prepared, budget, n_to_score, n_networks):
        self.budget, self.n_to_score, self.networks_left = budget, n_to_score, n_networks
        self.cpu_start = time.process_time()
        self.train_part, self.sample = prepared.train(), prepared.calibration()
        self.trained = 0

    def train(self, candidate):
        """An entry, with or without a detector."""
        try:
            return self._train_network(candidate) if candidate.network else self._train(candidate)
        except (ValueError, ArithmeticError) as error:  # such as a series shorter than the window
            return Entry(candidate, note=f"left out: {str(error).rstrip('.')}")

    def _train(self, candidate):
        needed = self._predicted_fit(candidate.detector)
        if self.trained and needed > self.budget.left():  # something has to stand: the first is trained in any case
            return self._skipped(candidate, needed)
        return self._measured(Entry(candidate), clone(candidate.detector))

    def _predicted_fit(self, detector):
        """From two fits on few rows: what a row costs, and what comes before the first row."""
        rows = self.train_part.X
        if len(rows) < 4 * PROBE_ROWS[1] or not self.trained:
            return 0.0
        few, more = (timed(clone(detector).fit, rows.iloc[-n:])[1] for n in PROBE_ROWS)
        return more + max(0.0, more - few) / (PROBE_ROWS[1] - PROBE_ROWS[0]) * (len(rows) - PROBE_ROWS[1])

    def _train_network(self, candidate):
        budget, needed = self._network_budget()
        self.networks_left -= 1
        if budget < SHORTEST_TRAINING:
            return self._skipped(candidate, needed)
        detector = clone(candidate.detector).set_params(time_budget=budget)
        entry = self._measured(Entry(candidate), detector)
        if entry.detector is not None and detector.history_.stopped == "time budget":
            said = f"training ended by the time budget, after {detector.history_.seconds:.0f} s: more may help"
            entry = replace(entry, note="; ".join(filter(None, [said, entry.note])))
        return entry

    def _network_budget(self):
        """Seconds for the next network's training, and what it needs at least, its start included."""
        slow = self._slowness()
        if "tensorflow" not in sys.modules and self.budget.left() > slow * (IMPORT_SECONDS + COMPILE_SECONDS):
            importlib.import_module("helpers.training.loop")  # its time is known before the rest is shared out
        starting = 0.0 if "tensorflow" in sys.modules else IMPORT_SECONDS
        needed = slow * (starting + COMPILE_SECONDS) + SHORTEST_TRAINING
        left, compiling = self.budget.left() - slow * starting, slow * COMPILE_SECONDS
        share = left / max(1, self.networks_left) - compiling
        # where there is too little for all, the simpler one gets what there is
        return (share if share >= SHORTEST_TRAINING else left - compiling), needed

    def _slowness(self):
        """Wall-clock over processor seconds so far: what other programs take away."""
        return max(1.0, self.budget.spent() / max(time.process_time() - self.cpu_start, 0.01))

    def _measured(self, entry, detector):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            _, seconds = timed(detector.fit, self.train_part.X)
        self.trained += 1
        cost = self._microseconds(detector)
        entry = replace(entry, fit_seconds=seconds, score_microseconds=cost, note=_said(caught))
        needed, most = entry.scoring_seconds(self.n_to_score), SCORING_SHARE * self.budget.seconds
        if needed > most:
            cost = f"scoring {self.n_to_score:,} rows would take about {needed:,.0f} s"
            return replace(entry, note=f"left out: {cost}, {most:,.0f} s are allowed")
        return replace(entry, detector=detector)

    def _microseconds(self, detector):
        """To score a row, of few or of many."""
        self.sample.first(1).scores_by(detector)  # the first call compiles
        for n_rows in TIMED_ROWS if np.isfinite(self.budget.seconds) else TIMED_ROWS[:1]:
            sample = self.sample.first(n_rows)
            _, seconds = timed(sample.scores_by, detector)
            if seconds > QUICK:
                break
        return seconds / len(sample.X) * 1e6

    def _skipped(self, candidate, needed):
        left = max(0.0, self.budget.left())
        return Entry(candidate, note=f"left out: {left:.0f} s were left, it needs about {needed:.0f} s")


def _said(caught):
    """What the course's own warnings say of a training; that the time was up is said in other words."""
    kinds = ("ModeCollapseWarning", "DiscriminatorWonWarning")
    return "; ".join(str(warning.message) for warning in caught if warning.category.__name__ in kinds)
