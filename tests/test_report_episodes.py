"""One line an event, what has changed since training, what the promise gave, and how columns are drawn."""

import re

from helpers.detectors import SeasonalNaive, ZScore
from helpers.report.columns.inputs import TableInputs
from helpers.report.contest.parts import split_rows
from helpers.report.drawing import distribution_of, track_of
from helpers.report.drift import drift_table, promise_table
from helpers.report.episodes import episode_table, episodes_of
from helpers.report.model import SeriesModel, TableModel

import numpy as np
import pandas as pd
import pytest

HOURS = pd.date_range("2025-06-01", periods=24 * 30, freq="h")


@pytest.fixture(scope="module")
def heat_wave():
    """A month of hourly loads, odd on the afternoons of three neighbouring days, and at one hour a week later."""
    load = 50 + 5 * np.sin(np.arange(len(HOURS)) * np.pi / 12)
    strangeness = pd.Series(0.1 + np.arange(len(HOURS)) / 1e4, HOURS)
    hot = [24 * day + hour for day in (10, 11, 12) for hour in (14, 15, 16)]
    strangeness.iloc[hot] = np.linspace(3, 4, 9)
    strangeness.iloc[24 * 20] = 2.0
    load[hot] += 20
    frame = pd.DataFrame({"time": HOURS, "load": load})
    detector = SeasonalNaive(24, missing="gap").fit(frame[["load"]].set_axis(HOURS)).set_threshold(3)
    return SeriesModel(detector, 0.0, "seasonal naive", ("load",), time="time"), frame, strangeness


def test_a_heat_wave_is_one_line_with_its_extent_strongest_row_and_reason(heat_wave):
    model, frame, strangeness = heat_wave
    first, second = episode_table(model, frame, strangeness, frame, top=2).to_dict("records")
    assert (first["start"], first["end"], first["rows"]) == (HOURS[254], HOURS[304], 9)
    assert first["row"] == 305 and first["strangeness"] == 4.0 and "load" in first["because"]
    assert (second["start"], second["rows"], second["flagged"]) == (HOURS[480], 1, True)


def test_below_the_limit_no_event_is_a_neighbour_of_one_that_is_listed(heat_wave):
    model, frame, strangeness = heat_wave
    table = episode_table(model, frame, strangeness, frame, top=12)
    assert len(table) == 12 and table["flagged"].tolist() == [True, True] + [False] * 10
    starts = table["start"].sort_values()
    assert (starts.diff().dropna() > pd.Timedelta(days=1)).all()


def test_rows_of_any_order_find_their_episode(heat_wave):
    model, frame, strangeness = heat_wave
    order = np.random.default_rng(0).permutation(len(frame))
    shuffled = frame.iloc[order].reset_index(drop=True)
    table = episode_table(model, shuffled, strangeness.iloc[order], shuffled, top=1)
    assert (table["rows"][0], table["start"][0]) == (9, HOURS[254])
    assert order[table["row"][0] - 1] == 304


def test_by_the_second_ten_steps_part_two_episodes():
    seconds = pd.date_range("2025-01-01", periods=100, freq="s")
    assert episodes_of(seconds, np.isin(np.arange(100), [5, 14, 40])).max() == 1


def test_rows_of_a_table_are_events_of_their_own():
    frame = pd.DataFrame({"x": np.arange(50.0)})
    inputs = TableInputs(numbers=("x",)).fit(frame)
    model = TableModel(ZScore().fit(inputs.transform(frame)).set_threshold(1.5), 0.0, "Z-score", inputs)
    table = episode_table(model, frame, pd.Series(model.strangeness(frame)), frame, top=3)
    assert set(table["row"]) <= {1, 2, 49, 50} and "start" not in table


def test_what_has_changed_is_counted_column_by_column():
    frame = pd.DataFrame({"load": [*np.arange(100.0)] * 2, "grade": ["a"] * 150 + ["b"] * 50, "still": 1.0})
    frame.loc[100:, "load"] += 50
    frame.loc[190:, "load"] = np.nan
    drift = drift_table(frame, ["load", "still"], ["grade"], np.arange(100), np.arange(100, 200))
    assert drift.loc["load", "beyond"] == 0.4 and drift.loc["load", "missing now"] == 0.1
    assert 0.5 < drift.loc["load", "shift"] < 1.5 and np.isnan(drift.loc["still", "shift"])
    assert drift.loc["grade", "beyond"] == 0.5 and drift.loc["still", "beyond"] == 0


def test_what_the_promise_gave_stands_part_by_part_with_its_interval():
    strangeness = np.r_[np.full(800, 0.5), np.full(200, 2.0)]
    table = promise_table(strangeness, split_rows(1000, ordered=True), is_ordered=True).set_index("part")
    assert table.loc["newest", ["rows", "flagged", "share"]].tolist() == ["200", "200", "100 %"]
    assert table.loc["learned from", "flagged"] == "0" and table.loc["newest", "95 % interval"].startswith("98 %")


def test_a_long_series_is_drawn_by_its_extremes_with_every_alarm():
    times = pd.date_range("2025-01-01", periods=50_000, freq="min")
    values = np.sin(np.arange(50_000) / 700)
    values[[123, 40_000]] = 9.0, np.nan
    track = track_of("flow", values, np.arange(50_000) == 123, times)
    assert len(track.line) < 40_000 and re.search(r"L2\.\d 0\.0", track.line)
    assert track.alarms == "M2.5 0V100" and track.high == "9" and track.n_alarms == 1
    assert "nan" not in track.line


def test_a_distribution_holds_all_rows_and_says_what_it_shows():
    column = pd.Series(np.r_[np.random.default_rng(0).normal(10, 1, 999), 80.0], name="load")
    drawn = distribution_of(column, np.array([999]))
    assert drawn.marks == [1000.0] and len(drawn.bars) == 30 and "the strangest rows from 80 to 80" in drawn.says
    words = distribution_of(pd.Series(["a"] * 9 + list("bcdefghij"), name="kind"), np.array([9]))
    assert len(words.bars) == 8 and words.labels[-1][1] == "others" and 125 < words.marks[0] < 250
    empty = distribution_of(pd.Series([np.nan] * 3, name="none"), np.array([0]))
    assert empty.bars == [] and empty.says == "none holds no number."
