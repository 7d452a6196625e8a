"""The decision guide of lesson 11: which detector to begin with, filled from the course's own results."""

from helpers.detectors.catalogue import CATALOGUE

import numpy as np
import pandas as pd

__all__ = ["FORMS", "guide_figure", "guide_table", "leading"]

FORMS = {
    "a row of a table": ("orders", "Shuttle"),
    "a point in a series": ("water flow", "telemetry", "watch TRAP"),
    "an image": ("digit 0", "digit 4", "digit 8"),
}

COMMON = 0.5  # prevalence from which average precision is high for anything, so that AUROC is shown


def guide_table(results, cost):
    """One row a detector: how well it ranked on each form of data, what it costs, how it explains itself.

    Parameters
    ----------
    results : DataFrame
        ``load_results("everything")``.
    cost : DataFrame
        ``load_results("cost")``.

    Returns
    -------
    DataFrame
        Indexed by detector, in the order of `results`: the mean AUROC over the data sets of each form (NaN where it
        does not fit), seconds to learn 100,000 rows and to score them (NaN if it was stopped), and the reason it gives.

    >>> from helpers.datasets import load_results
    >>> guide = guide_table(load_results("everything"), load_results("cost"))
    >>> guide.loc["z-score", "because"]
    'by column'
    """
    order = results["detector"].drop_duplicates()
    table = pd.DataFrame({f"AUROC, {form}": _mean(results, names) for form, names in FORMS.items()}, index=order)
    at = cost[cost["rows"] == 100_000].groupby("detector")[["train_seconds", "score_seconds"]].mean()
    table = table.join(at.rename(columns={"train_seconds": "learn 100,000 (s)", "score_seconds": "score 100,000 (s)"}))
    reasons = {name: CATALOGUE[name].explains or np.nan for name in order}
    return table.assign(because=pd.Series(reasons)).rename_axis("detector")


def _mean(results, names):
    """AUROC of each detector: the mean over the data sets of the means over the seeds."""
    of_form = results[results["data"].isin(names)]
    return of_form.groupby(["detector", "data"])["auroc"].mean().groupby("detector").mean()


def leading(results, data):
    """The best simple detector and the best network on a data set, by the mean of the seeds.

    Parameters
    ----------
    results : DataFrame
    data : str

    Returns
    -------
    Series of two
        The value, indexed by detector; the simple one first. Its name is the measure: "AP" (average precision), or
        "AUROC" where half of the test rows or more are anomalies.

    >>> from helpers.datasets import load_results
    >>> best = leading(load_results("everything"), "Shuttle")
    >>> best.name, best.index[1]
    ('AP', 'dense autoencoder')
    """
    here = results[(results["data"] == data) & (results["detector"] != "random")]
    name, column = ("AUROC", "auroc") if here["prevalence"].iloc[0] > COMMON else ("AP", "average_precision")
    means = here.groupby("detector", sort=False)[column].mean().rename(name)  # of equals the simpler one is first
    is_network = np.array([CATALOGUE[name].network for name in means.index])
    return pd.concat([means[group].nlargest(1) for group in (~is_network, is_network)])


def guide_figure(results):
    """The chart: what is one observation, what to begin with, what to try next, what to ask on the way.

    Parameters
    ----------
    results : DataFrame
        ``load_results("everything")``.

    Returns
    -------
    matplotlib.figure.Figure

    >>> from helpers.datasets import load_results
    >>> len(guide_figure(load_results("everything")).axes)
    1
    """
    import matplotlib.pyplot as plt  # here: a process that measures memory imports this package too

    figure, ax = plt.subplots(figsize=(9.6, 7.2))
    ax.set(xlim=(0, 3), ylim=(0, 6))
    ax.axis("off")
    _box(ax, 1.5, 5.65, "What is one observation?", width=1.1, colour="white", bold=True)
    for place, form in enumerate(FORMS):
        middle = place + 0.5
        ax.annotate("", (middle, 5.2), (1.5, 5.45), arrowprops={"arrowstyle": "-|>", "color": "#555555"})
        _box(ax, middle, 4.98, form, colour="white", bold=True)
        _arrow(ax, middle, 4.75, 4.4)
        _box(ax, middle, 3.78, BEGIN[form] + "\n" + _figures(results, form, 0), height=1.22, colour="#dce7f2")
        _arrow(ax, middle, 3.15, 2.8)
        _box(ax, middle, 2.18, TRY[form] + "\n" + _figures(results, form, 1), height=1.22, colour="#f6e3e6")
    _box(ax, 1.5, 0.64, "", width=2.94, height=1.2, colour="#f3f1e3")
    ax.text(1.5, 1.36, "Then ask, whatever the branch", ha="center", fontsize=9, fontweight="bold")
    for place, text in enumerate(ASK):
        ax.text(place + 0.5, 0.62, text, ha="center", va="center", fontsize=9, linespacing=1.35)
    return figure


BEGIN = {
    "a row of a table": "Begin: z-score,\nthen 5 nearest neighbours.",
    "a point in a series": "Begin: a point's z-score,\n5 neighbours on windows.",
    "an image": "Begin: PCA.",
}
TRY = {
    "a row of a table": "Then try: dense autoencoder.",
    "a point in a series": "Then try: dense autoencoder\non windows, an LSTM.",
    "an image": "Then try: convolutional\nautoencoder, BiGAN.",
}
ASK = (
    "How much data?\nUnder 1,000 normal rows:\nexpect little of a network.\nOver 100,000: let it learn from\n"
    "a sample; neighbours score slowly.",
    "Labels?\n20 known anomalies or more:\nrank by average precision,\n"
    "with its interval. None: agreement,\nstability, and look at the top 20.",
    "Must it explain itself?\nBy column: z-score, IQR, PCA,\nautoencoder. Level with a simple\n"
    "one within the interval?\nTake the simple one.",
)


def _figures(results, form, which):
    """Lines such as "orders: AP 0.87 dense autoencoder"."""
    lines = ["The best one on"]
    for data in FORMS[form]:
        found = leading(results, data)
        name = found.index[which].replace("convolutional", "conv.").replace("nearest ", "")
        lines.append(f"{data}: {found.name} {found.iloc[which]:.2f} {name}")
    return "\n".join(lines)


def _box(ax, x, y, text, width=0.94, height=0.42, colour="white", bold=False):
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x - width / 2, y - height / 2), width, height, facecolor=colour, edgecolor="#555555"))
    ax.text(x, y, text, ha="center", va="center", fontsize=9, fontweight="bold" if bold else "normal", linespacing=1.35)


def _arrow(ax, x, top, bottom):
    ax.annotate("", (x, bottom), (x, top), arrowprops={"arrowstyle": "-|>", "color": "#555555"})
