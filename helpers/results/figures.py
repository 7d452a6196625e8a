"""The figures of the long tables: every detector on every data set, and how cost grows with rows.

What draws is imported where it draws: a process that measures a detector's memory imports this package too.
"""

from helpers.detectors.catalogue import CATALOGUE, FAMILIES

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

__all__ = ["STOPPED_AFTER", "contest_figure", "cost_figure", "level_with_best", "means_over_seeds"]

STOPPED_AFTER = 120  # seconds of a process that measures cost
CONFIDENCE_95 = 1.96
NAMES = {"average_precision": "AP", "auroc": "AUROC"}
DARKEST = 0.62  # of the colour map: black text stays legible
SMALLEST_SPREAD = 0.005  # what would round to 0.00 is not printed
MARKERS = "os^Dv"  # of the members of a family
LABEL_GAP = 0.05  # of the axes' height, from one label to the next


def means_over_seeds(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each pair of data set and detector: the mean over the seeds of the measure that suits the data set.

    Parameters
    ----------
    table : DataFrame
        As :func:`helpers.datasets.load_results` gives "everything".

    Returns
    -------
    DataFrame
        measure: "average_precision" where anomalies are fewer than normal rows, "auroc" where they are the majority and
        every average precision is high; chance: what a random score reaches; mean; spread: the standard deviation over
        the seeds, 0 for one; error: the standard error of the mean, over seeds and test rows.

    Notes
    -----
    The error over test rows is the binomial one of average precision (Boyd, Eng and Page 2013) and that of Hanley and
    McNeil (1982) for AUROC. Both take rows as independent. On series they are too small: an event's rows are alike.

    >>> from helpers.datasets import load_results
    >>> means_over_seeds(load_results("everything")).loc[("orders", "random"), ["measure", "chance"]].tolist()
    ['average_precision', 0.02]
    """
    return pd.DataFrame({key: _of_seeds(rows) for key, rows in table.groupby(["data", "detector"], sort=False)}).T


def _of_seeds(rows):
    prevalence = rows["prevalence"].iloc[0]
    measure = "average_precision" if prevalence < 0.5 else "auroc"
    chance, error = (float(prevalence), _error_of_ap) if prevalence < 0.5 else (0.5, _error_of_auroc)
    values = rows[measure]
    spread = values.std() if len(values) > 1 else 0.0
    n_odd = prevalence * rows["n_test"].iloc[0]
    over_rows = error(values.mean(), n_odd, rows["n_test"].iloc[0] - n_odd)
    return {
        "measure": measure,
        "chance": chance,
        "mean": values.mean(),
        "spread": spread,
        "error": np.hypot(over_rows, spread / np.sqrt(len(values))),
    }


def _error_of_ap(ap, n_odd, n_normal):
    return np.sqrt(ap * (1 - ap) / n_odd)


def _error_of_auroc(area, n_odd, n_normal):
    two_odd, two_normal = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
    return np.sqrt((area * (1 - area) + (n_odd - 1) * two_odd + (n_normal - 1) * two_normal) / (n_odd * n_normal))


def level_with_best(means: pd.DataFrame) -> pd.Series:
    """Which detectors of one data set cannot be told apart from the best, which counts too.

    Parameters
    ----------
    means : DataFrame
        Rows of :func:`means_over_seeds` of one data set.

    Returns
    -------
    Series of bool

    Notes
    -----
    A difference counts beyond 1.96 of its standard errors. All detectors saw the same test rows, and the two errors are
    added as if they had not, which makes this cautious: it says "level" too often rather than too seldom.

    >>> level_with_best(pd.DataFrame({"mean": [0.9, 0.88, 0.5], "error": 0.03})).tolist()
    [True, True, False]
    """
    best = means["mean"].astype(float).idxmax()
    return means["mean"][best] - means["mean"] <= CONFIDENCE_95 * np.hypot(
        *np.broadcast_arrays(means["error"].astype(float), means["error"][best])
    )


def contest_figure(table: pd.DataFrame):
    """How well each detector finds the anomalies of each data set, as shaded cells; beside it the seconds to train.

    Parameters
    ----------
    table : DataFrame
        As :func:`helpers.datasets.load_results` gives "everything".

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    White is chance, dark is perfect; "±" is the standard deviation over the seeds, left out below 0.005. Framed: the
    best of a data set (bold) and what cannot be told apart from it (:func:`level_with_best`). Seconds: a dot at the
    median of the data sets, a line from the quickest to the slowest. On series the rows of one event are alike: there,
    more is level with the best than is framed.

    >>> from helpers.datasets import load_results
    >>> [ax.get_title("left") for ax in contest_figure(load_results("everything")).axes][1]
    'Seconds to train'
    """
    import matplotlib.pyplot as plt

    order = [name for name in CATALOGUE if name in set(table["detector"])]
    figure, (cells, seconds) = plt.subplots(
        1, 2, figsize=(11, 6), width_ratios=(5.6, 1), sharey=True, layout="constrained"
    )
    _draw_cells(cells, means_over_seeds(table), table.groupby("data", sort=False)["mark"].first(), order)
    _draw_seconds(seconds, table, order)
    return figure


def _draw_cells(ax, means, marks, order):
    headings = []
    for x, (data, mark) in enumerate(marks.items()):
        of_data = means.loc[data]
        level, best = level_with_best(of_data), of_data["mean"].max()
        for detector, cell in of_data.iterrows():
            shade = max(0, (cell["mean"] - cell["chance"]) / (1 - cell["chance"]))
            _draw_cell(
                ax,
                x,
                order.index(detector),
                shade,
                _with_spread(cell["mean"], cell["spread"]),
                framed=level[detector],
                bold=cell["mean"] == best,
            )
        measure, chance = NAMES[of_data["measure"].iloc[0]], of_data["chance"].iloc[0]
        headings.append(f"{data}\n{mark}\n{measure}\nchance {chance:.2f}")
    ax.set(xlim=(-0.5, len(marks) - 0.5), ylim=(len(order) - 0.5, -0.5))
    title = "Average precision (AP) or AUROC. Framed: the best (bold) and what is level with it"
    ax.set_title(title, loc="left", pad=10)
    ax.set_xticks(range(len(marks)), headings, fontsize=9)
    ax.set_yticks(range(len(order)), order, fontsize=10)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _draw_cell(ax, x, y, shade, text, framed, bold):
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    colour = colormaps["Blues"](DARKEST * shade)
    ax.add_patch(
        Rectangle(
            (x - 0.47, y - 0.43), 0.94, 0.86, facecolor=colour, edgecolor="black" if framed else "none", linewidth=2
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=10, fontweight="bold" if bold else "normal")


def _with_spread(mean, sd):
    return f"{mean:.2f}" + (f" ±{sd:.2f}".replace("0.", ".") if sd >= SMALLEST_SPREAD else "")


def _draw_seconds(ax, table, order):
    from helpers.plots import PALETTE

    seconds = table.groupby(["detector", "data"])["train_seconds"].mean()
    for y, detector in enumerate(order):
        taken = seconds[detector]
        ax.plot([taken.min(), taken.max()], [y, y], color=PALETTE[0], linewidth=2, solid_capstyle="round")
        ax.plot(taken.median(), y, "o", color=PALETTE[0], markersize=6)
    ax.set_xscale("log")
    ax.set_title("Seconds to train", loc="left", pad=10)
    ax.grid(axis="x", color="#dddddd")
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "right", "top"]].set_visible(False)


def cost_figure(table: pd.DataFrame):
    """Seconds to train and to score by number of rows, on log scales, one line a detector with its name beside it.

    Parameters
    ----------
    table : DataFrame
        As :func:`helpers.datasets.load_results` gives "cost".

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    Where a process was stopped before it was done, the line ends and its name says so.

    >>> from helpers.datasets import load_results
    >>> [ax.get_title("left") for ax in cost_figure(load_results("cost")).axes]
    ['Train on so many rows', 'Score so many rows']
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 5), sharey=True, layout="constrained")
    for ax, column, title in zip(
        axes, ("train_seconds", "score_seconds"), ("Train on so many rows", "Score so many rows"), strict=True
    ):
        _draw_growth(ax, table, column)
        ax.set(xlabel="rows (simulated, 10 columns)")
        ax.set_title(title, loc="left")
    axes[0].set_ylabel("seconds")
    return figure


def _draw_growth(ax, table, column):
    """A line ends where a process was stopped; `_name_lines` says so."""
    lines = {name: rows.set_index("rows")[column] for name, rows in table.groupby("detector", sort=False)}
    marker_of = _markers(lines)
    for name, line in lines.items():
        known = line.dropna()
        ax.plot(known.index, known, color=_colour(name), marker=marker_of[name], markersize=5, linewidth=1.5)
    sizes = sorted(set(table["rows"]))
    ax.set(xscale="log", yscale="log")
    ax.set_xticks(sizes, [_size(size) for size in sizes])
    ax.minorticks_off()
    ax.grid(color="#e5e5e5")
    ax.set_axisbelow(True)
    _name_lines(ax, lines)


def _colour(name):
    from helpers.plots import PALETTE

    return PALETTE[FAMILIES[CATALOGUE[name].family]]


def _markers(names):
    """Each member of a family has its own, in the order of the table."""
    families = pd.Series({name: CATALOGUE[name].family for name in names})
    return {name: MARKERS[place % len(MARKERS)] for name, place in families.groupby(families).cumcount().items()}


def _name_lines(ax, lines):
    """Names at the right in the order of the lines' ends, those of stopped lines on top, each tied to its line."""
    (low, high), names = np.log10(ax.get_ylim()), {}
    for name, line in lines.items():
        stopped = line.index[line.isna()]
        text = f"{name}, {_size(stopped[0])} stopped at {STOPPED_AFTER} s" if len(stopped) else name
        height = (np.log10(line.dropna().iloc[-1]) - low) / (high - low) + len(stopped)
        names[name] = (min(height, 1), height, text)
    order = pd.DataFrame(names, index=["height", "rank", "text"]).T.sort_values("rank")
    for name, height in _apart(order["height"].astype(float)).items():
        known = lines[name].dropna()
        ax.annotate(
            order["text"][name],
            (known.index[-1], known.iloc[-1]),
            (1.05, height),
            va="center",
            fontsize=9,
            textcoords="axes fraction",
            arrowprops={
                "arrowstyle": "-",
                "color": _colour(name),
                "linewidth": 0.7,
                "alpha": 0.6,
                "relpos": (0, 0.5),
                "shrinkA": 1,
                "shrinkB": 4,
            },
        )


def _size(n_rows):
    return f"{n_rows:,.0f}" if n_rows < 1_000_000 else f"{n_rows / 1_000_000:g} million"


def _apart(heights):
    """The heights, ascending, moved as little as possible until neighbours are a label's gap apart."""
    steps = LABEL_GAP * np.arange(len(heights))
    moved = IsotonicRegression().fit_transform(steps, heights - steps) + steps
    return pd.Series(moved, heights.index)
