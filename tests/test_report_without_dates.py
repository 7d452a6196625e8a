"""Series whose rows are counted, or only follow each other: read, judged, told and continued without any date."""

from helpers.detectors import SeasonalNaive
from helpers.report import (
    OwnModel,
    SeriesModel,
    UnusableFile,
    describe_columns,
    examine,
    prepare_series,
    read_table,
    score_batch,
)
from helpers.report.columns.clock import Clock
from helpers.report.page import rows_figure

import numpy as np
import pandas as pd
import pytest

N, PERIOD, ODD = 600, 20, 501
WAVE = 50 + 5 * np.sin(2 * np.pi * np.arange(N) / PERIOD) + np.random.default_rng(0).normal(0, 0.3, N)
WAVE[ODD] = 80.0
COUNTED = pd.DataFrame({"cycle": np.arange(1, N + 1), "load": WAVE})


@pytest.fixture(scope="module", params=["cycle", "position"])
def study(request):
    """A short study of the wave, counted in a column or not at all."""
    frame = COUNTED if request.param == "cycle" else COUNTED[["load"]]
    return examine(frame, describe_columns(frame), seconds=4)


# -------------------------------------------------------------------- how the file is read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{:.3f}", "column_1"),
        ("  {:.7e}", "column_1"),
        ("value\n{:.3f}", "value"),
        ('"value"\n"{:.3f}"', "value"),
        ("value,\n{:.3f},", "value"),
        ("# made by a logger\nvalue\n{:.3f}", "value"),
        ("wert\n{:.3f}", "wert"),
    ],
)
def test_one_number_a_line_is_a_series(tmp_path, text, name):
    above, _, line = text.rpartition("\n")
    lines = [line.format(value) for value in WAVE]
    if name == "wert":
        lines = [line.replace(".", ",") for line in lines]
    (tmp_path / "one.csv").write_text("\n".join([above, *lines] if above else lines))
    frame = read_table(tmp_path / "one.csv").frame
    columns = describe_columns(frame)
    assert list(frame) == [name] and np.allclose(frame[name], WAVE, atol=1e-3)
    assert (columns.shape, columns.time, columns.step, columns.n_duplicates) == ("series", None, 1.0, 0)
    assert columns.notes[-1].startswith("The rows hold no times: their position stands for it")


def test_decimal_commas_without_a_name_above_are_told_by_their_zeros(tmp_path):
    (tmp_path / "one.csv").write_text("\n".join(f"{value:.3f}".replace(".", ",") for value in WAVE))
    assert np.allclose(read_table(tmp_path / "one.csv").frame["column_1"], WAVE, atol=1e-3)
    (tmp_path / "two.csv").write_text("\n".join(f"{n},{n % 7}" for n in range(N)))
    assert read_table(tmp_path / "two.csv").frame.shape == (N, 2)


def test_an_empty_line_is_a_missing_value_that_keeps_its_place(tmp_path):
    (tmp_path / "one.csv").write_text("value\n" + "\n".join("" if n == 9 else f"{n}.5" for n in range(20)) + "\nx7\n")
    reading = read_table(tmp_path / "one.csv")
    assert reading.frame["value"].dropna().tolist() == [n + 0.5 for n in range(20) if n != 9]
    assert reading.frame.index[9] == 10 and "'x7' (line 22)" in " ".join(reading.notes)


def test_a_new_file_may_hold_a_single_number(tmp_path):
    (tmp_path / "new.csv").write_text("value\n12.5\n")
    assert read_table(tmp_path / "new.csv").frame["value"].tolist() == [12.5]


def test_a_column_of_texts_gets_a_cure_that_works(tmp_path):
    (tmp_path / "one.csv").write_text("\n".join(f"word{n}" for n in range(N)))
    with pytest.raises(UnusableFile, match="write one number a line and nothing else"):
        read_table(tmp_path / "one.csv")


# -------------------------------------------------------------------- what counts


@pytest.mark.parametrize(
    ("name", "counts", "step"),
    [("timestamp", range(1, N + 1), 1.0), ("t", np.arange(N) * 0.05, 0.05), ("timeStep", np.arange(N) * 10, 10.0)],
)
def test_numbers_that_are_called_times_order_a_series(name, counts, step):
    columns = describe_columns(COUNTED[["load"]].assign(**{name: counts}))
    assert (columns.shape, columns.time, columns.step, columns.numbers) == ("series", name, step, ("load",))
    assert columns.why_shape == (
        f"A series: {name!r} counts up in steps of {step:g} (100.0% of the distances between rows)."
    )
    assert columns.table.loc[name, ["kind", "decision"]].tolist() == ["count", "time"]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("id", range(N)),
        ("index", range(N)),
        ("time", np.random.default_rng(1).exponential(9, N).cumsum()),  # of events
        ("time", np.arange(N) // 3),  # several rows at once
    ],
)
def test_other_numbers_that_go_up_do_not(name, counts):
    frame = COUNTED[["load"]].assign(width=WAVE[::-1], **{name: counts})
    assert describe_columns(frame).why_shape == "A table: no column holds times." or name == "time"
    assert describe_columns(frame).shape == "table"


@pytest.mark.parametrize("name", ["column_1", "Unnamed: 0", "index", "n"])
def test_a_single_number_in_numbered_rows_is_a_series(name):
    frame = COUNTED.rename(columns={"cycle": name})
    assert describe_columns(frame).time == name
    assert describe_columns(frame.rename(columns={name: "order_id"})).shape == "table"
    assert describe_columns(frame.assign(place=["here", "there"] * (N // 2))).shape == "table"


def test_years_count_and_clocks_without_a_day_do(tmp_path):
    years = describe_columns(COUNTED[:300].assign(cycle=np.arange(1700, 2000)).rename(columns={"cycle": "year"}))
    assert (years.shape, years.time, years.step) == ("series", "year", 1.0)
    clocks = pd.to_datetime(np.arange(N) * 5, unit="s").strftime("%H:%M:%S")
    pd.DataFrame({"Time": clocks, "load": WAVE}).to_csv(tmp_path / "run.csv", index=False)
    reading = read_table(tmp_path / "run.csv")
    assert reading.notes == ("'Time' holds clocks without a day: read as seconds.",)
    columns = describe_columns(reading.frame)
    assert (columns.shape, columns.time, columns.step) == ("series", "Time", 5.0)


def test_a_series_can_be_asked_for():
    frame = COUNTED.assign(width=WAVE[::-1]).rename(columns={"cycle": "id"})
    assert describe_columns(frame).shape == "table"
    assert describe_columns(frame, shape="series").time == describe_columns(frame, time="id").time == "id"
    assert describe_columns(frame, time="id").shape == "series"
    columns = describe_columns(frame[["load", "width"]], shape="series")
    assert (columns.shape, columns.time, columns.numbers) == ("series", None, ("load", "width"))
    with pytest.raises(UnusableFile, match="holds neither dates nor numbers that count"):
        describe_columns(frame.assign(word="x"), time="word")


def test_gaps_and_order_of_a_count_are_said():
    frame = pd.concat([COUNTED[:300], COUNTED[340:]]).sample(frac=1, random_state=0)
    assert describe_columns(frame).notes == (
        "The rows do not stand in order of 'cycle': they are sorted.",
        "1 gaps are longer than a step and a half: they stay open.",
    )


# -------------------------------------------------------------------- what is found and told


def test_the_rhythm_is_found_in_the_data(study):
    channels, _ = prepare_series(study.frame, study.columns)
    assert SeasonalNaive(missing="gap").fit(channels).period_ == PERIOD


def test_the_odd_row_is_named_by_its_place(study):
    first = study.anomalies.iloc[0]
    assert first["row"] == ODD + 1 and first["flagged"]
    place = f"cycle {ODD + 1}: " if "cycle" in study.frame else f"row {ODD + 1}: "
    assert first["because"].startswith(place) and "at this hour" not in first["because"]
    assert not any(day in " ".join(study.anomalies["because"]) for day in ("Monday", "Thursday", "1970"))


def test_figures_show_counts_and_rows(study):
    assert study.strangeness.index.tolist() == list(range(1, N + 1))
    assert rows_figure(study).axes[0].get_xlabel() == ("cycle" if "cycle" in study.frame else "row of the file")


def test_the_saved_detector_flags_the_same_rows(study, tmp_path):
    study.model.save(tmp_path / "detector.zip")
    scores, _ = score_batch(OwnModel.load(tmp_path / "detector.zip"), study.frame)
    assert np.allclose(scores["strangeness"], study.strangeness, equal_nan=True)


def test_a_batch_that_counts_on_is_judged_from_its_first_row():
    channels, _ = prepare_series(COUNTED, describe_columns(COUNTED))
    detector = SeasonalNaive(PERIOD, missing="gap").fit(channels[:300]).calibrate(channels[300:400], 0.05)
    counted = {"time": "cycle", "step": 1.0, "tail": channels[-50:]}
    model = SeriesModel(detector, 0.1, "seasonal naive", ("load",), **counted)
    new = pd.DataFrame({"cycle": [N + 1, N + 2], "load": [WAVE[0], 500.0]})
    assert (model.strangeness(new) > 1).tolist() == [False, True]
    with pytest.raises(UnusableFile, match="begin with the 20 rows that came before"):
        model.strangeness(new.assign(cycle=new["cycle"] + 100))


def test_a_clock_keeps_fractions_and_refuses_what_no_clock_holds():
    clock = Clock("t", 0.05)
    times = clock.times(pd.DataFrame({"t": [0.0, 0.05, 1e300, np.nan]}))
    assert clock.text(times[1]) == "t 0.05" and times.isna().tolist() == [False, False, True, True]
    assert Clock(None, 1.0).text(Clock(None, 1.0).times(pd.DataFrame(index=[7]))[0]) == "row 8"
