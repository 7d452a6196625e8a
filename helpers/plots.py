"""The course's figures: one style, readable at half size, normal and odd told apart by shape as well as by colour."""

from helpers.windows import runs

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

__all__ = [
    "NORMAL",
    "ODD",
    "PALETTE",
    "delay_table",
    "dots_and_crosses",
    "image_rows",
    "kinds_table",
    "label_line",
    "score_histogram",
    "series",
    "use_style",
]

# Paul Tol's "bright" scheme: distinguishable with every common colour vision deficiency.
PALETTE = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
NORMAL, ODD = PALETTE[0], "#cc3311"
CROSS = {"s": 38, "color": ODD, "marker": "x", "linewidths": 1.4}


def use_style() -> None:
    """Set matplotlib's defaults for a lesson: 7 × 3 inches, no upper and right frame, titles at the left.

    >>> use_style()
    >>> plt.rcParams["axes.spines.top"]
    False
    """
    plt.rcParams.update(
        {
            "figure.figsize": (7, 3),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.prop_cycle": plt.cycler(color=PALETTE),
            "legend.frameon": False,
            "font.size": 10,
            "axes.formatter.min_exponent": 5,
            "date.converter": "concise",
        }
    )


def dots_and_crosses(ax, x, y, odd, labels=("normal", "odd"), size: float = 6) -> None:
    """Draw normal points as small blue dots and odd ones as red crosses on top of them.

    Parameters
    ----------
    ax : Axes
    x, y : arrays of shape (n,)
    odd : array of shape (n,)
        Booleans or 0/1.
    labels : two str
        What the legend calls the two groups.
    size : float
        Of the dots.

    >>> _, ax = plt.subplots()
    >>> dots_and_crosses(ax, [1, 2, 3], [1, 2, 9], [0, 0, 1])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['normal', 'odd']
    """
    x, y, odd = np.asarray(x), np.asarray(y), np.asarray(odd, dtype=bool)
    ax.scatter(x[~odd], y[~odd], s=size, color=NORMAL, alpha=0.35, linewidths=0, label=labels[0])
    ax.scatter(x[odd], y[odd], **CROSS, label=labels[1])
    legend = ax.legend(loc="upper left", ncols=2, handletextpad=0.2, borderpad=0.2)
    legend.legend_handles[0].set(alpha=1, sizes=[20])


def label_line(ax, value: float, text: str, height: float = 0.95) -> None:
    """Draw a dashed vertical line, with its name written beside it.

    Parameters
    ----------
    ax : Axes
    value : float
        Where the line stands.
    text : str
    height : float
        Of the name, from 0 to 1 of the axes.

    >>> _, ax = plt.subplots()
    >>> label_line(ax, 2.0, "threshold")
    >>> ax.texts[0].get_text()
    ' threshold'
    """
    ax.axvline(value, color="black", linestyle="--", linewidth=1.2)
    ax.text(value, height, f" {text}", transform=ax.get_xaxis_transform(), va="top")


def score_histogram(ax, scores, labels, threshold: float | None = None, bins: int = 60) -> None:
    """Draw a histogram of the scores of normal and odd rows, counts on a log scale so that the few odd ones are seen.

    Parameters
    ----------
    ax : Axes
    scores : array of shape (n,)
    labels : array of shape (n,)
        0 or 1.
    threshold : float, optional
        Where alarms begin, drawn as a dashed line.
    bins : int

    >>> _, ax = plt.subplots()
    >>> score_histogram(ax, [0.1, 0.2, 0.9], [0, 0, 1], threshold=0.5)
    >>> ax.get_yscale()
    'log'
    """
    scores, odd = np.asarray(scores), np.asarray(labels, dtype=bool)
    edges = np.histogram_bin_edges(scores, bins=bins)
    ax.hist(scores[~odd], bins=edges, color=NORMAL, alpha=0.6, label="normal")
    ax.hist(scores[odd], bins=edges, histtype="step", color=ODD, hatch="///", linewidth=1.2, label="odd")
    ax.set_yscale("log")
    ax.set(xlabel="score", ylabel="orders (log scale)")
    if threshold is not None:
        label_line(ax, threshold, "threshold")
    ax.legend(loc="upper right")


def kinds_table(ax, table) -> None:
    """Draw shares as a table of shaded cells with the percentage written in each: methods by kinds.

    Parameters
    ----------
    ax : Axes
    table : DataFrame
        One row a method, one column a kind; from 0 to 1.

    >>> import pandas as pd
    >>> _, ax = plt.subplots()
    >>> kinds_table(ax, pd.DataFrame({"bulk": [1.0, 0.25]}, index=["z", "IQR"]))
    >>> [text.get_text() for text in ax.texts]
    ['100', '25']
    """
    shares = table.to_numpy(dtype=float)
    _cells(ax, table, shares, np.array([f"{100 * share:.0f}" for share in shares.flat]).reshape(shares.shape))


def delay_table(ax, table) -> None:
    """Draw delays as a table of cells, the quicker the darker, a dash where the event was missed: methods by faults.

    Parameters
    ----------
    ax : Axes
    table : DataFrame
        One row a method, one column a fault; Timedeltas, or numbers (say of what in the title).

    >>> _, ax = plt.subplots()
    >>> delay_table(ax, pd.DataFrame({"leak": pd.to_timedelta(["90min", None])}, index=["LSTM", "z"]))
    >>> [text.get_text() for text in ax.texts]
    ['1.5 h', '–']
    """
    timed = all(dtype.kind == "m" for dtype in table.dtypes)
    delays = (table / pd.Timedelta("1s") if timed else table).to_numpy(dtype=float)
    texts = np.array([_duration(delay) if timed else f"{delay:g}" for delay in delays.flat]).reshape(delays.shape)
    slowest = np.log1p(np.nanmax(delays, initial=1.0))
    shades = np.where(np.isnan(delays), 0, 0.95 - 0.75 * np.log1p(delays) / slowest)
    _cells(ax, table, shades, np.where(np.isnan(delays), "–", texts))


def _cells(ax, table, shades, texts):
    ax.imshow(shades, cmap="Blues", vmin=0, vmax=1.15, aspect="auto")
    for (row, column), shade in np.ndenumerate(shades):
        ax.text(column, row, texts[row, column], ha="center", va="center", color="white" if shade > 0.6 else "black")
    ax.set_xticks(range(table.shape[1]), [str(name).replace(" ", "\n") for name in table.columns])
    ax.set_yticks(range(table.shape[0]), table.index)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _duration(seconds):
    """Write two digits and the largest unit of which there is at least one."""
    if seconds == 0:
        return "0"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.2g} {unit}" if seconds < 99.5 * length else f"{seconds / length:.0f} {unit}"
    return f"{seconds:.2g} s"


def series(ax, values, labels=None, flags=None, threshold=None) -> None:
    """Draw a series against its time: events as hatched spans under a triangle, a cross where an alarm begins.

    Gaps stay open: lines break at NaN and where a step in time is over 1.5 times the median. Scores are a series too:
    ``series(ax, scores, labels, scores > limit, limit)``.

    Parameters
    ----------
    ax : Axes
    values : array, Series or DataFrame of n rows
        A frame gives one line a channel, alarms on the highest; the index is the time.
    labels : array of shape (n,), optional
        0 or 1, the events.
    flags : array of shape (n,), optional
        0, 1 or NaN, the alarms, thick and red as long as they last.
    threshold : float or array of shape (n,), optional
        Drawn as a dashed line; an array is one that moves.

    >>> _, ax = plt.subplots()
    >>> series(ax, [1, 2, 9, 9, 1], labels=[0, 0, 1, 1, 0], flags=[0, 0, 1, 0, 0], threshold=5)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['event', 'alarm', 'threshold']
    """
    frame = pd.DataFrame(values)
    styles = ("-", "--", ":", "-.")
    for i, column in enumerate(frame):
        name = {"label": str(column)} if frame.shape[1] > 1 else {}
        _open_line(ax, frame[column], color=PALETTE[i % len(PALETTE)], linestyle=styles[i % 4], linewidth=1.1, **name)
    if labels is not None:
        _events(ax, frame.index, labels)
    if flags is not None:
        highest, begins = frame.max(axis=1), runs(np.asarray(flags) == 1)[:, 0]
        _open_line(ax, highest.where(np.asarray(flags) == 1), color=ODD, linewidth=2.2, zorder=2.5)
        ax.scatter(frame.index[begins], highest.iloc[begins], **CROSS, zorder=3, label="alarm")
    if threshold is not None:
        limit = pd.Series(np.broadcast_to(np.asarray(threshold, dtype=float), len(frame)), frame.index)
        _open_line(ax, limit, color="black", linestyle="--", linewidth=1.2, label="threshold")
    ax.margins(x=0.01)
    if ax.get_legend_handles_labels()[0]:  # above the frame: nowhere inside is sure to be free
        narrow = {"borderpad": 0.1, "handletextpad": 0.4, "columnspacing": 1.2}
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=7, **narrow)


def _open_line(ax, line, **style):
    """Draw a line that does not bridge long steps in time: a NaN stands in each."""
    steps = line.index.to_series().diff()
    long = np.flatnonzero(steps > 1.5 * steps.median())
    holes = pd.Series(np.nan, line.index[long - 1] + steps.median())
    line = pd.concat([line, holes]).sort_index(kind="stable")
    ax.plot(line.index, line, **style)


def _events(ax, times, labels):
    """Half a step wider than the labelled rows, so that one row has a width; triangles show what is still too thin."""
    half = times.to_series().diff().median() / 2
    for i, (start, stop) in enumerate(runs(labels)):
        left, right = times[start], times[stop - 1]
        name = "event" if i == 0 else None
        hatched = {"facecolor": ODD, "edgecolor": ODD, "alpha": 0.22, "hatch": "///", "linewidth": 0}
        ax.axvspan(left - half, right + half, label=name, **hatched)
        ax.plot(left + (right - left) / 2, 1, marker="v", color=ODD, transform=ax.get_xaxis_transform(), clip_on=False)


def image_rows(rows, titles=(), width: float = 7.5):
    """Draw small images in rows, ink dark on paper; the name of each row stands at its left.

    Parameters
    ----------
    rows : mapping of str to arrays of shape (n, height, width)
        The images of each name, 0 = paper to 1 = ink.
    titles : sequence of str
        One for each column.
    width : float
        Of the figure, in inches.

    Returns
    -------
    Figure

    >>> figure = image_rows({"input": np.zeros((3, 28, 28)), "rebuilt": np.ones((3, 28, 28))}, titles=["a", "b", "c"])
    >>> len(figure.axes), figure.axes[0].get_title()
    (6, 'a')
    """
    n_columns = max(map(len, rows.values()))
    figure, axes = plt.subplots(len(rows), n_columns, figsize=(width, width * len(rows) / n_columns), squeeze=False)
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(line, images, strict=True):
            ax.imshow(image, cmap="Greys", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        line[0].set_ylabel(name)
    for ax, title in zip(axes[0], titles, strict=False):
        ax.set_title(title, loc="center", fontsize=9)
    return figure
