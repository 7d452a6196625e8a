"""A time budget that is spent stage by stage."""

import math
import time
from contextlib import contextmanager

__all__ = ["TimeBudget"]


class TimeBudget:
    """How much of a time budget is left, and where the rest went.

    Parameters
    ----------
    seconds : float or None
        None never runs out.
    progress : callable, optional
        Called as ``progress(done, text)``, done in [0, 1], when a stage begins.

    Attributes
    ----------
    stages : dict
        Stage to seconds, in order.

    >>> budget = TimeBudget(60)
    >>> with budget.stage("reading", done=0.1):
    ...     59 < budget.left() <= 60
    True
    >>> list(budget.stages)
    ['reading']
    """

    def __init__(self, seconds=None, progress=None):
        if seconds is not None and not seconds > 0:
            raise ValueError(f"seconds={seconds!r}: a time budget is a positive number of seconds.")
        self.seconds = math.inf if seconds is None else seconds
        self.progress = progress
        self.stages = {}
        self._start = time.perf_counter()

    def spent(self):
        """Seconds since the budget was made."""
        return time.perf_counter() - self._start

    def left(self, share=1.0):
        """Seconds until this share of the budget is spent; negative afterwards."""
        return share * self.seconds - self.spent()

    def tell(self, done, text):
        """Pass progress on, if someone listens."""
        if self.progress is not None:
            self.progress(done, text)

    def part(self, start, end, timed=True):
        """What a step may spend that ends at a share of the budget, and how it tells of its own progress.

        Parameters
        ----------
        start, end : float in [0, 1]
            The step's own progress, from 0 to 1, is told as from `start` to `end`.
        timed : bool
            False for a step that takes as long as it takes.

        Returns
        -------
        dict
            "seconds" and "progress", which the steps take by keyword.
        """

        def within(done, text):
            self.tell(start + done * (end - start), text)

        seconds = max(self.left(end), 0.01) if timed else None
        return {"seconds": seconds, "progress": None if self.progress is None else within}

    @contextmanager
    def stage(self, name, done=0.0):
        """Measure what is done inside, and announce it."""
        self.tell(done, name)
        start = time.perf_counter()
        try:
            yield self
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - start
