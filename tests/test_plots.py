"""Figures of series: what is drawn where."""

from helpers import plots

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()  # what cannot be rendered fails here
    plt.close(figure)


def drawn(line):
    """The runs of points that the line connects."""
    x, y = line.get_xdata(orig=False), line.get_ydata()
    parts = np.split(np.arange(len(y)), np.flatnonzero(np.isnan(y)))
    return [[x[i] for i in part if not np.isnan(y[i])] for part in parts]


def test_a_line_crosses_neither_a_gap_in_time_nor_a_missing_value(ax):
    index = pd.date_range("2022-03-01", periods=10, freq="h", tz="UTC").delete([4, 5])
    plots.series(ax, pd.Series([1, 2, np.nan, 4, 5, 6, 7, 8.0], index))
    assert [len(part) for part in drawn(ax.lines[0])] == [2, 1, 4]


def test_events_cover_their_rows_and_no_other(ax):
    plots.series(ax, np.arange(10.0), labels=[1, 0, 0, 1, 1, 0, 0, 0, 0, 1])
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
    assert spans == [(-0.5, 0.5), (2.5, 4.5), (8.5, 9.5)]
    assert all(patch.get_hatch() for patch in ax.patches)
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "v"] == [0, 3.5, 9]


def test_alarms_begin_with_a_cross_and_stay_on_the_line(ax):
    flags = [0, 1, 1, 0, np.nan, 1]
    plots.series(ax, [5.0, 6, 7, 8, 9, 10], flags=flags, threshold=[np.nan, 5, 5, 6, 6, 6])
    [crosses] = ax.collections
    assert crosses.get_offsets().tolist() == [[1, 6], [5, 10]]
    thick = max(ax.lines, key=lambda line: line.get_linewidth())
    assert [x for part in drawn(thick) for x in part] == [1, 2, 5]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["alarm", "threshold"]


def test_channels_differ_by_more_than_colour(ax):
    plots.series(ax, pd.DataFrame({"cpu": [1.0, 2, 3], "memory": [3.0, 4, 6]}), flags=[0, 0, 1])
    assert [line.get_linestyle() for line in ax.lines[:2]] == ["-", "--"]
    assert ax.collections[0].get_offsets().tolist() == [[2, 6]]


def test_a_series_without_anything_has_no_legend(ax):
    plots.series(ax, [1.0, 2.0])
    assert ax.get_legend() is None


def test_quicker_is_darker_and_missed_is_a_dash(ax):
    delays = dict(zip("abcde", ["0h", "90min", "40h", None, "99.8h"], strict=True))
    plots.delay_table(ax, pd.DataFrame({kind: pd.to_timedelta([d]) for kind, d in delays.items()}, index=["LSTM"]))
    assert [text.get_text() for text in ax.texts] == ["0", "1.5 h", "1.7 d", "–", "4.2 d"]
    shades = ax.images[0].get_array()[0]
    assert shades[0] > shades[1] > shades[2] > shades[4] > shades[3] == 0


def test_delays_in_rows(ax):
    plots.delay_table(ax, pd.DataFrame({"leak": [12.0, np.nan]}, index=["LSTM", "z"]))
    assert [text.get_text() for text in ax.texts] == ["12", "–"]
