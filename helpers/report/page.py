"""The report as one HTML page that needs nothing else: figures inside, no scripts, every cell of the file escaped."""

import base64
import datetime
import io
import platform
from importlib.metadata import version

from helpers import plots

import jinja2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

__all__ = ["ranking_figure", "render", "rows_figure", "strangeness_figure"]

SHOWN_COLUMNS = 6  # of the file, in the table of anomalies; the CSV has them all
SHOWN_ROWS = 20
LONGEST_TEXT = 60
POINTS = 5000  # more rows are drawn as the strangest of each stretch
PACKAGES = ("numpy", "pandas", "scikit-learn", "keras")


def render(study, reading=None, command=None):
    """The page as text.

    Parameters
    ----------
    study : Study
        From :func:`helpers.report.examine`.
    reading : Reading, optional
        How the file was read.
    command : str, optional
        What made this report.

    Returns
    -------
    str
        A whole HTML document.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("helpers.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        study=study,
        reading=reading,
        command=command,
        figures=_figures(study),
        ranking=_ranking_table(study),
        columns=_columns_table(study.columns),
        anomalies=_anomalies_table(study),
        n_flagged=_n_flagged(study),
        verdict=_verdict(study.verdict or {}),
        hidden=_n_hidden(study),
        alike=_n_alike(study),
        versions=_versions(),
        date=datetime.date.today().isoformat(),
    )


def ranking_figure(study):
    """Each detector as a dot: average precision with its interval, or agreement and stability without labels.

    study : Study

    Returns
    -------
    matplotlib.figure.Figure
    """
    ranked = study.ranking[study.ranking.iloc[:, 0].notna()].iloc[::-1]
    figure, ax = _empty_figure(height=0.9 + 0.32 * len(ranked))
    places = np.arange(len(ranked))
    if study.has_labels:
        best = ranked["average precision"]
        reach = np.abs(np.stack([best - ranked["AP low"], ranked["AP high"] - best]))
        ax.errorbar(best, places, xerr=reach, fmt="o", color=plots.NORMAL, capsize=3)
        ax.set_xlabel("average precision on the choice part, with its 95 % interval")
    else:
        ax.plot(ranked["agreement"], places + 0.1, "o", color=plots.PALETTE[0], label="agreement with the others")
        ax.plot(ranked["stability"], places - 0.1, "^", color=plots.PALETTE[2], label="stability over resamples")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
        ax.set_xlabel("share of the strangest rows that is the same (not an accuracy)")
    names = [f"{name} (chosen)" if name == study.chosen else name for name in ranked.index]
    ax.set(xlim=(-0.02, 1.02), yticks=places, yticklabels=names)
    ax.grid(axis="x", alpha=0.3)
    return figure


def strangeness_figure(study):
    """How strange the rows are: a histogram with counts on a log scale, the alarm limit at 1.

    study : Study

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, ax = _empty_figure()
    values = study.strangeness.dropna()
    edge = float(np.clip(values.quantile(0.999), 3, 10)) if len(values) else 3.0
    ax.hist(values.clip(values.min(), edge), bins=60, color=plots.NORMAL, alpha=0.7)
    ax.set_yscale("log")
    ax.set(xlabel=f"strangeness (everything above {edge:.3g} stands in the last bar)", ylabel="rows (log scale)")
    plots.label_line(ax, 1.0, "alarm limit")
    return figure


def rows_figure(study):
    """Where the strange rows are: strangeness against the row, or against time; the flagged ones as crosses.

    study : Study

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, ax = _empty_figure()
    shown = _thinned(study.strangeness.dropna())
    x = shown.index if study.columns.shape == "series" else np.asarray(shown.index) + 1
    plots.dots_and_crosses(ax, x, shown, shown > 1, labels=("not flagged", "flagged"))
    legend = ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)  # inside the frame it would cover a cross
    legend.legend_handles[0].set(alpha=1, sizes=[20])
    ax.axhline(1.0, color="black", linestyle="--", linewidth=1.2)
    if len(shown) and shown.max() > 20:
        ax.set_yscale("symlog", linthresh=1)
    ax.set(xlabel="time" if study.columns.shape == "series" else "row of the file", ylabel="strangeness")
    return figure


def _thinned(values):
    """Of many rows the strangest in each stretch: what a reader looks for stays visible."""
    if len(values) <= POINTS:
        return values
    stretch = np.arange(len(values)) * POINTS // len(values)
    strangest = pd.Series(values.to_numpy()).groupby(stretch).idxmax()
    return values.iloc[strangest]


def _empty_figure(height=3.0):
    with plt.rc_context():
        plots.use_style()
        figure = Figure(figsize=(8, height))  # not pyplot's: nothing stays open, no screen is needed
        return figure, figure.subplots()


def _verdict(verdict):
    """What the labels say, as far as there were labels of both kinds."""
    known = {name: value for name, value in verdict.items() if not pd.isna(value)}
    parts = []
    if "average precision" in known:
        parts.append(
            "average precision {average precision:.2f} [{AP low:.2f}, {AP high:.2f}], where chance gives "
            "{prevalence:.2g}".format(**known)
        )
    if "recall" in known:
        parts.append("{:.0f} % of the anomalies flagged".format(100 * known["recall"]))
    if "events found" in known:
        parts.append("{events found} of {events} events found".format(**known))
    if "false-alarm rate" in known:
        parts.append("{:.2g} % of the normal rows flagged".format(100 * known["false-alarm rate"]))
    return "; ".join(parts)


def _figures(study):
    drawn = {"ranking": ranking_figure(study), "strangeness": strangeness_figure(study), "rows": rows_figure(study)}
    return {name: _as_address(figure) for name, figure in drawn.items()}


def _as_address(figure):
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"


def _ranking_table(study):
    """Only what a reader compares, with no more digits than hold."""
    ranking, text = study.ranking, pd.DataFrame(index=study.ranking.index.rename("detector"))
    if study.has_labels:
        text["average precision"] = [
            _share(row["average precision"], f" [{row['AP low']:.2f}, {row['AP high']:.2f}]")
            for _, row in ranking.iterrows()
        ]
        text["AUROC"] = ranking["AUROC"].map(_share)
    else:
        text["agreement"], text["stability"] = ranking["agreement"].map(_share), ranking["stability"].map(_share)
    text["seconds to learn"] = ranking["fit seconds"].map(_figure)
    text["microseconds a row"] = ranking["microseconds a row"].map(_figure)
    text["note"] = ranking["note"]
    return _html(text.reset_index(), marked=lambda row: row["detector"] == study.chosen)


def _share(value, interval=""):
    return "–" if pd.isna(value) else f"{value:.2f}{interval}"


def _figure(value):
    return "–" if pd.isna(value) else f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def _columns_table(columns):
    table = columns.table.rename_axis("column").reset_index()
    table["missing"] = table["missing"].map(lambda share: "" if share == 0 else f"{share:.1%}")
    return _html(table.map(_short))


def _anomalies_table(study):
    shown = study.anomalies.head(SHOWN_ROWS).copy()
    own = _most_named(list(shown.columns[4:]), shown["because"])
    shown["strangeness"] = shown["strangeness"].map("{:.1f}".format)
    shown["flagged"] = np.where(shown["flagged"], "yes", "no")
    reasons = shown.pop("because")
    table = shown[[*shown.columns[:3], *own[:SHOWN_COLUMNS]]].map(_short)
    table.insert(3, "because", reasons)
    return _html(table)


def _most_named(own, because):
    """The file's columns, those first that the reasons name most often."""
    return sorted(own, key=lambda name: -because.str.contains(str(name), regex=False).sum())


def _n_alike(study):
    """Of the rows shown, how many share their strangeness with another."""
    return int(study.anomalies["strangeness"].head(SHOWN_ROWS).round(6).duplicated(keep=False).sum())


def _n_hidden(study):
    return max(0, study.anomalies.shape[1] - 4 - SHOWN_COLUMNS)


def _n_flagged(study):
    return int((study.strangeness > 1).sum())


def _short(value):
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _html(table, marked=None):
    """Rows and cells for the template, which escapes them."""
    return {
        "names": [_short(name) for name in table.columns],
        "rows": [(list(row), bool(marked is not None and marked(row))) for _, row in table.iterrows()],
    }


def _versions():
    found = [f"Python {platform.python_version()}", *(f"{package} {version(package)}" for package in PACKAGES)]
    return ", ".join(found)
