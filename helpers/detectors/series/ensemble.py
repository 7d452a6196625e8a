"""Several detectors of series as one, chosen to fit the series: its rhythms, and whether its level wanders."""

import contextlib

from helpers.detectors.combining import comparable_scores, mean_of_highest, usual_scales
from helpers.detectors.series.base import SeriesDetector, longer_period_in
from helpers.detectors.series.baselines import SeasonalNaive, WindowDetector
from helpers.detectors.series.inputs import join, split_recordings
from helpers.detectors.tables.baselines import PCAReconstruction
from helpers.detectors.tables.statistical import Mahalanobis, ZScore
from helpers.windows import dominant_period

import numpy as np
import pandas as pd

__all__ = ["SeriesEnsemble", "wandering_channels"]

LONGEST = 1_000  # points back that a member looks: a report passes on twice as many as context
BLOCKS = 60  # into which a series without a rhythm is cut to see whether its level wanders
FEWEST_BLOCKS = 6
FAR = 2  # spreads within a stretch, by which the usual level must be wrong: what hides in noise does not wander
WITHIN = (0.005, 0.995)  # quantiles between which values count for change and shape
FAR_BEYOND = 0.25  # of the range between them: no value to compare later ones with
WANDERS = 0.9  # of the error of the usual level, that of the last level
POINT, CHANGE, SEASON, SHAPE = "point", "change", "season", "shape"


class SeriesEnsemble(SeriesDetector):
    """Up to four detectors that judge a point together: its value, change and season, and the shape of the last points.

    The rule is that of :class:`helpers.detectors.Ensemble`: each member's scores in their usual spread, and the mean
    of the two highest. Members with a longer window than a point has history are silent there; the others judge it.

    Members follow from the series. With a rhythm, a point is compared with those one and two of its longest periods ago
    (a week, if there is one beside the day), and the nearer of both counts: an odd Monday has no echo a week later.
    A channel whose level wanders, as a price does, is judged by its changes, not by its level.

    Parameters
    ----------
    n_highest : int
        How many of a point's highest scores are averaged.
    missing
        See :class:`helpers.detectors.SeasonalNaive`.

    Attributes
    ----------
    members_ : list of fitted detectors
    names_ : list of str
        What each member looks at: "point", "change", "season", "shape".
    wandering_ : ndarray of bool, shape (n_channels,)
    usual_score_, usual_spread_ : ndarray of shape (n_members,)
    low_, high_ : ndarray of shape (n_channels,)
        Values beyond are cut off for shape and change; for the points after a single one far beyond, the one before it
        stands in: what is far out is judged by itself, and leaves no trail.

    >>> hours = np.arange(24 * 30)
    >>> flow = np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(0, 0.1, len(hours))
    >>> detector = SeriesEnsemble().fit(flow)
    >>> detector.names_, detector.wandering_
    (['point', 'change', 'season', 'shape'], array([False]))
    >>> usual, odd = detector.decision_function([*flow[:100], 3.0])[-2:]
    >>> bool(usual < 1.5 < odd)
    True
    """

    def __init__(self, n_highest=2, missing="raise"):
        self.n_highest = n_highest
        self.missing = missing

    def decision_function(self, X, context=None):
        """Anomaly scores: see :class:`SeriesDetector`."""
        return mean_of_highest(self.member_scores(X, context).to_numpy(), self.n_highest)

    def member_scores(self, X, context=None):
        """The comparable score of each member: who found the point odd; NaN where it cannot judge.

        Parameters
        ----------
        X, context : one series each, as for ``decision_function``

        Returns
        -------
        DataFrame of shape (n_times, n_members)
        """
        (recording,) = self._validate_for_scoring(X)
        before = None if context is None else self._validate_for_scoring(context)[0]
        scores = [self._scored_by(i, recording, before) for i in range(len(self.members_))]
        if np.isnan(scores).all() and self._lacks_context(before):
            self._refuse_unscored([recording])
        comparable = comparable_scores(np.column_stack(scores), self.usual_score_, self.usual_spread_)
        return pd.DataFrame(comparable, columns=self.names_)

    def window_of(self, i):
        """Points that a member looks at, the judged one included."""
        sees_changes = self.names_[i] in (POINT, CHANGE, SHAPE) and self.wandering_.any()
        return self.members_[i].window_ + int(sees_changes)

    def _validate(self, X, fitting):
        data = super()._validate(X, fitting)
        if split_recordings(X)[1]:
            raise ValueError("An ensemble of series learns from one series and scores one: pass them one at a time.")
        return data

    def _choose_window(self, segments):
        return 1

    def _fit(self, plan):
        (recording,) = plan.recordings
        complete = recording.values[~np.isnan(recording.values).any(axis=1)]
        self.wandering_ = wandering_channels(np.clip(complete, *np.quantile(complete, WITHIN, axis=0)))
        shapes = self._changes(recording.values)
        self.low_, self.high_ = np.nanquantile(shapes, WITHIN, axis=0)
        self.names_, self.members_ = [], []
        super()._fit(plan)
        for name, member in self._made(plan.segments).items():
            self._add(name, member, recording)
        scores = [self._scored_by(i, recording, None) for i in range(len(self.members_))]
        self.usual_score_, self.usual_spread_ = usual_scales(np.column_stack(scores))
        self.window_ = max(self.window_of(i) for i in range(len(self.members_)))
        self.tail_, self.tail_time_ = self._tail(plan.recordings)

    def _fit_segments(self, segments):
        """The members learn from the recording itself."""

    def _made(self, segments):
        """The members that fit the series, unfitted, by what they look at."""
        value = Mahalanobis() if len(self.usual_) > 1 else ZScore()
        change = WindowDetector(ZScore(), window=1) if self.wandering_.all() else SeasonalNaive(period=1)
        made = {POINT: WindowDetector(value, window=1), CHANGE: change}
        if periods := _periods([np.clip(segment, *np.quantile(segment, WITHIN, axis=0)) for segment in segments]):
            made[SEASON] = SeasonalNaive(period=periods)
        made[SHAPE] = WindowDetector(PCAReconstruction())
        return {name: member.set_params(missing="gap") for name, member in made.items()}

    def _add(self, name, member, recording):
        try:
            seen = self._seen_by(name, recording)
            if name == POINT:  # what is far out does not teach how far is usual
                seen = seen.clip(self.low_, self.high_, axis=1)
            self.members_.append(member.fit(seen))
            self.names_.append(name)
        except ValueError:  # a series too short for this one
            if name == POINT:
                raise

    def _seen_by(self, name, recording):
        """The series as a member sees it: values and shapes of what wanders are those of its changes."""
        values = self._changes(recording.values)
        if name in (CHANGE, SHAPE):
            values = np.clip(values, self.low_, self.high_)
        if name == SEASON or (name == CHANGE and not self.wandering_.all()):
            values = np.where(self.wandering_, recording.values, values)
        return pd.DataFrame(values, index=recording.times)

    def _far_beyond(self, name, recording):
        """Single values far beyond the usual range (n_times, n_channels): neither neighbour is."""
        values, beyond = self._changes(recording.values), FAR_BEYOND * (self.high_ - self.low_)
        far = (values < self.low_ - beyond) | (values > self.high_ + beyond)
        if name == CHANGE:
            far &= ~self.wandering_ | self.wandering_.all()  # it takes the changes of the others itself
        edge = np.ones((1, values.shape[1]), bool)
        return far & ~np.vstack([edge, far[:-1]]) & ~np.vstack([far[1:], ~edge])

    def _changes(self, values):
        """Of channels that wander their changes, of others their values."""
        if not self.wandering_.any():
            return values
        changes = np.diff(values, axis=0, prepend=np.full((1, values.shape[1]), np.nan))
        return np.where(self.wandering_, changes, values)

    def _scored_by(self, i, recording, before):
        member, name = self.members_[i], self.names_[i]
        joined = recording if before is None else join(before, recording)
        seen = self._seen_by(name, joined)
        scores = np.full(len(joined), np.nan)
        if seen.notna().all(axis=1).any():
            with contextlib.suppress(ValueError):  # too short for this one
                scores = member.decision_function(seen)
                if name in (CHANGE, SHAPE) and (far := self._far_beyond(name, joined)).any():
                    later = member.decision_function(seen.mask(far).ffill(limit=1).fillna(seen))
                    scores = np.where(far.any(axis=1), scores, later)
                scores = np.sqrt(scores) if name == SHAPE else scores  # a squared error: the others are distances
        return scores[len(joined) - len(recording) :]


def wandering_channels(values):
    """Tell the channels whose level wanders: the last level forecasts the next ones better than the usual level does.

    Levels are medians of stretches, a sixtieth of the series each; where there is a rhythm, of its periods as well.

    Parameters
    ----------
    values : ndarray of shape (n_times, n_channels)
        Without gaps.

    Returns
    -------
    ndarray of bool, shape (n_channels,)

    >>> rng = np.random.default_rng(0)
    >>> wandering_channels(np.column_stack([rng.normal(size=1000), rng.normal(size=1000).cumsum()]))
    array([False,  True])
    """
    rhythm = dominant_period(values)
    lengths = {max(1, len(values) // BLOCKS), rhythm if rhythm and len(values) >= FEWEST_BLOCKS * rhythm else 0} - {0}
    return np.all([_wander(values, length) for length in lengths], axis=0)


def _wander(values, length):
    n_blocks = len(values) // length
    if n_blocks < FEWEST_BLOCKS:
        return np.zeros(values.shape[1], bool)
    stretches = values[: n_blocks * length].reshape(n_blocks, length, -1)
    blocks, spread = np.median(stretches, axis=1), np.median(stretches.std(axis=1), axis=0)
    ahead, first = max(1, n_blocks // 10), n_blocks // 4
    known = np.array([np.median(blocks[: i + 1], axis=0) for i in range(first, n_blocks - ahead)])
    last, coming = blocks[first : n_blocks - ahead], blocks[first + ahead :]
    errors, usual = (np.abs(coming - forecast).mean(axis=0) for forecast in (last, known))
    return (errors < WANDERS * usual) & (usual > FAR * spread)


def _periods(segments):
    """The longest rhythm, and twice it if that is still in reach; None without a rhythm."""
    first = dominant_period(max(segments, key=len))
    if first is None:
        return None
    period = longer_period_in(segments, 1 + first) or first
    if period > LONGEST:
        return first if first <= LONGEST else None
    return (period, 2 * period) if 2 * period <= LONGEST else period
