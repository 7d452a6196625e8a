"""The report as one HTML page that needs nothing else: figures and one small script inside, every cell escaped."""

import base64
import datetime
import io
import platform
from importlib.metadata import version

from helpers import plots
from helpers.report.batch import FOUND
from helpers.report.columns.cells import number_values
from helpers.report.drawing import distribution_of, track_of
from helpers.report.groups import GroupedStudy
from helpers.report.reasons.wording import in_short, share_in_words
from helpers.report.study import Study

import jinja2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

__all__ = ["groups_figure", "ranking_figure", "render", "render_groups", "rows_figure", "strangeness_figure"]

SHOWN_COLUMNS = 6  # of the file, in the table of anomalies; the CSV has them all
SHOWN_ROWS = 20
SHOWN_CHANNELS = 8
SHOWN_DISTRIBUTIONS = 60
LONGEST_TEXT = 60
SHOWN_GROUPS = 8
POINTS = 5000  # more rows are drawn as the strangest of each stretch
PACKAGES = ("numpy", "pandas", "scikit-learn", "keras")


def render(study: Study, reading=None, command=None):
    """Write the page as text.

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
    return _template("page.html.j2").render(
        study=study,
        reading=reading,
        command=command,
        figures=_figures(study),
        ranking=_ranking_table(study),
        columns=_columns_table(study.columns),
        episodes=_episodes_table(study),
        hidden=_n_hidden(study),
        alike=_n_alike(study.anomalies),
        tracks=_tracks(study),
        distributions=_distributions(study),
        drift=_drift_table(study.drift),
        promise=_html(study.promise),
        versions=_versions(),
        date=datetime.date.today().isoformat(),
    )


def render_groups(study: GroupedStudy, reading=None, command=None):
    """Write the page on many groups as text.

    Parameters
    ----------
    study : GroupedStudy
        From :func:`helpers.report.examine_groups`.
    reading, command : see :func:`render`

    Returns
    -------
    str
        A whole HTML document.
    """
    first, its_study = next(iter(study.studies.items()))
    return _template("groups.html.j2").render(
        study=study,
        name=reading.path.name if reading else "your data",
        verdicts=[(name, own.verdict) for name, own in study.studies.items() if own.verdict],
        groups=_html(study.table().reset_index().map(_short)),
        figure=_as_address(groups_figure(study)),
        anomalies=_anomalies_table(study.anomalies, first=[study.group]),
        hidden=max(0, study.anomalies.shape[1] - len(FOUND) - SHOWN_COLUMNS),
        first=first,
        columns=its_study.columns,
        columns_table=_columns_table(its_study.columns),
        notes=(*(reading.notes if reading else ()), *study.notes),
        command=command,
        versions=_versions(),
        date=datetime.date.today().isoformat(),
    )


def ranking_figure(study: Study):
    """Draw each detector as a dot: average precision with its interval, or agreement and stability without labels.

    Parameters
    ----------
    study : Study

    Returns
    -------
    matplotlib.figure.Figure
    """
    ranked = study.ranking.ranked[::-1]
    figure, ax = _empty_figure(height=0.9 + 0.32 * len(ranked))
    study.ranking.draw(ax)
    names = [f"{standing.name} (chosen)" if standing.name == study.chosen else standing.name for standing in ranked]
    ax.set(xlim=(-0.02, 1.02), yticks=np.arange(len(ranked)), yticklabels=names)
    ax.grid(axis="x", alpha=0.3)
    return figure


def strangeness_figure(study: Study):
    """Draw how strange the rows are: a histogram with counts on a log scale, the alarm limit at 1.

    Parameters
    ----------
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


def rows_figure(study: Study):
    """Draw where the strange rows are: strangeness against the row, or against time; the flagged ones as crosses.

    Parameters
    ----------
    study : Study

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, ax = _empty_figure()
    _draw_rows(ax, study)
    legend = ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)  # inside the frame it would cover a cross
    legend.legend_handles[0].set(alpha=1, sizes=[20])
    ax.set(xlabel=study.model.place, ylabel="strangeness")
    return figure


def groups_figure(study: GroupedStudy):
    """Draw where the strange rows are in those groups that have most of them, below each other.

    Parameters
    ----------
    study : GroupedStudy

    Returns
    -------
    matplotlib.figure.Figure
    """
    most = sorted(study.studies, key=lambda name: -study.studies[name].n_flagged)[:SHOWN_GROUPS]
    figure, axes = _empty_figure(height=0.6 + 1.2 * len(most), n=len(most))
    for ax, name in zip(np.atleast_1d(axes), most, strict=True):
        _draw_rows(ax, study.studies[name])
        ax.legend_.remove()
        ax.tick_params(labelsize=8)
        ax.set_ylabel(_short(name))
    ax.set_xlabel(study.studies[most[-1]].model.place)
    return figure


def _draw_rows(ax, study):
    shown = _thinned(study.strangeness.dropna())
    plots.dots_and_crosses(ax, study.model.places(shown.index), shown, shown > 1, labels=("not flagged", "flagged"))
    ax.axhline(1.0, color="black", linestyle="--", linewidth=1.2)
    if len(shown) and shown.max() > 20:
        ax.set_yscale("symlog", linthresh=1)


def _thinned(values):
    """Of many rows the strangest in each stretch: what a reader looks for stays visible."""
    if len(values) <= POINTS:
        return values
    stretch = np.arange(len(values)) * POINTS // len(values)
    strangest = pd.Series(values.to_numpy()).groupby(stretch).idxmax()
    return values.iloc[strangest]


def _empty_figure(height=3.0, n=1):
    with plt.rc_context():
        plots.use_style()
        figure = Figure(figsize=(8, height))  # not pyplot's: nothing stays open, no screen is needed
        return figure, figure.subplots(n, sharex=True)


def _template(name):
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("helpers.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _figures(study):
    drawn = {"ranking": ranking_figure(study), "strangeness": strangeness_figure(study), "rows": rows_figure(study)}
    return {name: _as_address(figure) for name, figure in drawn.items()}


def _as_address(figure):
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"


def _ranking_table(study):
    """Only what a reader compares, with no more digits than hold."""
    table = study.ranking.table()
    text = pd.DataFrame(study.ranking.texts(), index=table.index)
    text["seconds to learn"] = table["fit seconds"].map(_figure)
    text["microseconds a row"] = table["microseconds a row"].map(_figure)
    text["note"] = table["note"]
    return _html(text.reset_index(), marked=text.index == study.chosen)


def _figure(value):
    return "–" if pd.isna(value) else f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def _columns_table(columns):
    table = columns.table.rename_axis("column").reset_index()
    table["missing"] = table["missing"].map(lambda share: "" if share == 0 else f"{share:.1%}")
    return _html(table.map(_short))


def _anomalies_table(anomalies, first=()):
    shown = anomalies.head(SHOWN_ROWS)
    own = list(first) + _most_named(shown.columns.difference([*FOUND, *first], sort=False), shown["because"])
    table = shown[own[:SHOWN_COLUMNS]].map(_short)
    strangeness, flagged = shown["strangeness"].map("{:.1f}".format), np.where(shown["flagged"], "yes", "no")
    for name, values in zip(FOUND, (shown["row"], strangeness, flagged, shown["because"]), strict=True):
        table.insert(FOUND.index(name), name, values)
    return _html(table)


def _episodes_table(study):
    """An event a line: of a series its extent, of a table the row's own columns, those first that reasons name."""
    shown = study.episodes.head(SHOWN_ROWS)
    table = shown.assign(
        strangeness=shown["strangeness"].map(in_short), flagged=np.where(shown["flagged"], "yes", "no")
    )
    if "start" in shown:
        single = shown["start"] == shown["end"]
        in_words = study.model.clock.short
        table["start"], table["end"] = shown["start"].map(in_words), shown["end"].map(in_words).where(~single, "")
        return _html(table.rename(columns={"row": "strongest row"}))
    own = study.anomalies.set_index("row").drop(columns=FOUND[1:])
    own = own.loc[shown["row"], _most_named(own.columns, shown["because"])[:SHOWN_COLUMNS]].reset_index(drop=True)
    return _html(pd.concat([table, own.map(_short)], axis=1))


def _n_hidden(study):
    own = study.anomalies.shape[1] - len(FOUND)
    return 0 if "start" in study.episodes else max(0, own - SHOWN_COLUMNS)


def _tracks(study):
    """The channels of a series with their alarms; of a table nothing."""
    if study.model.shape != "series":
        return []
    times = study.strangeness.index
    if not isinstance(times, pd.DatetimeIndex):
        times = study.model.clock.times(study.frame)
    order = np.argsort(times, kind="stable")
    order = order[times[order].notna()]
    flagged = (study.strangeness.to_numpy() > 1)[order]
    numbers = study.model.columns[:SHOWN_CHANNELS]
    channels = {name: number_values(study.frame[name])[order] for name in numbers}
    ends = None
    if not study.model.clock.has_dates:
        ends = tuple(f"{place:g}" for place in study.strangeness.index[order[[0, -1]]])
    return [track_of(name, values, flagged, times[order], ends) for name, values in channels.items()]


def _distributions(study):
    rows = study.frame.index.get_indexer(study.anomalies["row"].head(SHOWN_ROWS) - 1)
    frame, columns = study.frame, study.columns
    names = [*columns.numbers, *columns.categories][:SHOWN_DISTRIBUTIONS]
    return [distribution_of(frame[name], rows[rows >= 0], name in columns.logs) for name in names]


def _drift_table(drift):
    """What changed, most first, in words; None if rows have no order."""
    if drift is None:
        return None
    worst = drift[["beyond", "shift"]].abs().fillna(0)
    drift = drift.iloc[np.argsort(-(worst["beyond"] + worst["shift"]).to_numpy(), kind="stable")]
    text = drift[["beyond", "missing then", "missing now"]].map(lambda x: "–" if pd.isna(x) else share_in_words(x))
    text.insert(1, "shift", drift["shift"].map(lambda x: "–" if pd.isna(x) else f"{x:+.1f}"))
    text.columns = ["beyond the training range", "shift in usual spreads", "missing then", "missing now"]
    return _html(text.rename_axis("column").reset_index())


def _most_named(own, because):
    """The file's columns, those first that the reasons name most often."""
    return sorted(own, key=lambda name: -because.str.contains(str(name), regex=False).sum())


def _n_alike(anomalies):
    """Of the rows shown, how many share their strangeness with another."""
    return int(anomalies["strangeness"].head(SHOWN_ROWS).round(6).duplicated(keep=False).sum())


def _short(value):
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _html(table, marked=None):
    """Rows and cells for the template, which escapes them."""
    marked = np.zeros(len(table), bool) if marked is None else marked
    rows = [list(row) for _, row in table.iterrows()]
    return {"names": [_short(name) for name in table.columns], "rows": list(zip(rows, marked.tolist(), strict=True))}


def _versions():
    found = [f"Python {platform.python_version()}", *(f"{package} {version(package)}" for package in PACKAGES)]
    return ", ".join(found)
