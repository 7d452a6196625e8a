"""Small vector drawings for the page: a series with its alarms, and a column's distribution with the strangest rows."""

from helpers.report.columns.cells import category_texts, number_values
from helpers.report.reading.values import is_numeric
from helpers.report.reasons.wording import in_words

import numpy as np
import pandas as pd

__all__ = ["Distribution", "Track", "distribution_of", "track_of"]

BINS = 1_000  # of a series: each is drawn by its lowest and its highest value
BARS, MOST_BARS = 30, 8  # of numbers, and of categories
WIDTH, HEIGHT = 1000, 100
OUTER = (0.1, 99.9)  # percentiles that the bars reach to


class Track:
    """One channel of a series as paths in a box of 1000 by 100.

    Attributes
    ----------
    name, line, alarms : str
        `line` and `alarms` are SVG path data.
    low, high : str
        The values at the lower and the upper edge.
    n_alarms : int
    start, end : str
        Of time, in ISO 8601 without a zone, or as a count.
    """

    def __init__(self, name, values, flagged, times, ends=None):
        self.name, self.n_alarms = name, int(flagged.sum())
        shown = times[0].tz_localize(None), times[-1].tz_localize(None)  # as the file's clock shows them
        self.start, self.end = ends or tuple(time.isoformat() for time in shown)
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        self.low, self.high = in_words(low), in_words(high)
        x = (times - times[0]) / ((times[-1] - times[0]) or pd.Timedelta(1)) * WIDTH
        y = HEIGHT - (values - low) / ((high - low) or 1.0) * HEIGHT
        self.line = _line(np.asarray(x), y)
        self.alarms = "".join(f"M{place:.1f} 0V{HEIGHT}" for place in np.unique(np.round(x[flagged], 1)))


def track_of(name, values, flagged, times, ends=None):
    """Draw a channel and its alarms.

    Parameters
    ----------
    name : str
    values : ndarray of shape (n,)
    flagged : bool ndarray of shape (n,)
    times : DatetimeIndex of shape (n,)
        Ascending.
    ends : tuple of str, optional
        How the first and the last are told, if not as dates.

    Returns
    -------
    Track

    >>> times = pd.date_range("2025-01-01", periods=3, freq="h")
    >>> track = track_of("load", np.array([1.0, 3.0, 2.0]), np.array([False, True, False]), times)
    >>> track.line, track.alarms
    ('M0.0 100.0L500.0 0.0L1000.0 50.0', 'M500.0 0V100')
    """
    return Track(name, values, flagged, times, ends)


def _line(x, y):
    """Path data; of many points the lowest and the highest of each bin, and a break where a value is missing."""
    if len(x) > 2 * BINS:
        bins = np.minimum((x / WIDTH * BINS).astype(int), BINS - 1)
        ends = pd.Series(y).groupby(bins).agg(["idxmin", "idxmax"]).dropna().to_numpy(int)
        kept = np.unique(ends)
        x, y = x[kept], y[kept]
    commands = np.where(np.isnan(np.r_[np.nan, y[:-1]]), "M", "L")
    return "".join(f"{c}{a:.1f} {b:.1f}" for c, a, b in zip(commands, x, y, strict=True) if not np.isnan(b))


class Distribution:
    """One column as bars in a box of 1000 by 100, with marks where the strangest rows are.

    Attributes
    ----------
    name, unit : str
        `unit` says how wide a bar is, or that the axis is logarithmic.
    bars : list of tuple
        x, width, y and height of each.
    labels : list of tuple
        x and text below the bars.
    marks : list of float
        x of each strange row.
    says : str
        The same for those who do not see it.
    """

    def __init__(self, name, bars, labels, marks, says):
        self.name, self.bars, self.labels, self.marks, self.says = name, bars, labels, marks, says


def distribution_of(column, strangest, log=False):
    """Draw how the values of a column are spread, and where some rows stand.

    Parameters
    ----------
    column : Series of shape (n,)
        Numbers or categories.
    strangest : int ndarray
        Positions of the rows to mark.
    log : bool
        Numbers on a log scale.

    Returns
    -------
    Distribution

    >>> drawn = distribution_of(pd.Series([*range(100), 900], name="load", dtype=float), np.array([100]))
    >>> drawn.says
    'load from 0 to 900, half of the rows from 25 to 75; the strangest rows from 900 to 900.'
    """
    return _of_numbers(column, strangest, log) if is_numeric(column) else _of_categories(column, strangest)


def _of_numbers(column, strangest, log):
    values = number_values(column)
    own, known = values[strangest], values[np.isfinite(values)]
    if not len(known):
        return Distribution(column.name, [], [], [], f"{column.name} holds no number.")
    scale, back = (np.log1p, np.expm1) if log and known.min() >= 0 else (np.asarray, np.asarray)
    low, high = np.percentile(scale(known), OUTER)
    marked = scale(own[np.isfinite(own)])
    low, high = min([low, *marked]), max([high, *marked])
    high = high if high > low else low + 1.0
    counts, _ = np.histogram(np.clip(scale(known), low, high), BARS, (low, high))
    labels = [(place * WIDTH, in_words(float(back(low + place * (high - low))))) for place in (0, 0.5, 1)]
    marks = ((marked - low) / (high - low) * WIDTH).round(1).tolist()
    lower, upper = np.percentile(known, [25, 75])
    says = f"{column.name} from {in_words(known.min())} to {in_words(known.max())}, "
    says += f"half of the rows from {in_words(lower)} to {in_words(upper)}"
    if len(marked):
        own = own[np.isfinite(own)]
        says += f"; the strangest rows from {in_words(own.min())} to {in_words(own.max())}"
    return Distribution(column.name, _bars(counts), labels, marks, f"{says}.")


def _of_categories(column, strangest):
    texts = category_texts(column)
    counts = texts.value_counts()
    shown = [*counts.index[: MOST_BARS - 1], "others"] if len(counts) > MOST_BARS else list(counts.index)
    place = texts.iloc[strangest].map({text: i for i, text in enumerate(shown)}).fillna(len(shown) - 1)
    heights = np.array([counts.get(text, counts.iloc[MOST_BARS - 1 :].sum()) for text in shown])
    width = WIDTH / len(shown)
    labels = [((i + 0.5) * width, text if len(text) < 9 else f"{text[:8]}…") for i, text in enumerate(shown)]
    rng = np.random.default_rng(0)  # rows of one category side by side
    marks = ((place + rng.uniform(0.2, 0.8, len(place))) * width).round(1).tolist()
    own = texts.iloc[strangest].value_counts()
    says = f"{column.name}: {len(counts)} values, most often {counts.index[0]}"
    says += f"; among the strangest rows most often {own.index[0]}" if len(own) else ""
    return Distribution(column.name, _bars(heights), labels, marks, f"{says}.")


def _bars(counts):
    """x, width, y and height; the square root of counts, so that rare values are seen beside frequent ones."""
    tall = np.sqrt(counts / max(counts.max(), 1)) * HEIGHT
    width = WIDTH / len(counts)
    return [(round(i * width, 1), round(width - 1, 1), round(HEIGHT - h, 1), round(h, 1)) for i, h in enumerate(tall)]
