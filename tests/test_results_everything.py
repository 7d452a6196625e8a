"""The scoreboard over everything: its definitions, the shipped tables, and the machinery that computes them."""

import importlib
import inspect
import json
from pathlib import Path

import helpers.detectors
from helpers.datasets import load_results
from helpers.detectors import Detector, WindowDetector
from helpers.detectors.catalogue import BASES, CATALOGUE, on_scoreboard
from helpers.results import contest, fresh
from helpers.results.tasks import TASKS

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

BENCH = Path(__file__).parent / "bench"


@pytest.fixture(scope="module")
def table():
    return load_results("everything")


@pytest.fixture(scope="module")
def cost():
    return load_results("cost")


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module


# --------------------------------------------------------------------------------------------------- definitions


def classes_in_use():
    for data, detector in contest.fitting_pairs():
        made = contest.unfitted(data, detector)
        yield type(made).__name__
        if isinstance(made, WindowDetector):
            yield type(made.detector).__name__


def test_every_detector_of_the_course_stands_on_the_scoreboard_or_is_excused():
    exported = {
        name
        for name in helpers.detectors.__all__
        if inspect.isclass(thing := getattr(helpers.detectors, name)) and issubclass(thing, Detector)
    }
    used = set(classes_in_use())
    excused = {type(entry.detector).__name__: entry.left_out for entry in CATALOGUE.values() if entry.left_out}
    assert exported - used == {"OneColumn", *(base.__name__ for base in BASES)}
    assert excused.keys() == {"OneColumn", "WindowDetector"}  # which stands there with what it carries


def test_every_detector_fits_some_data_and_every_data_set_has_a_floor():
    pairs = set(contest.fitting_pairs())
    assert {detector for _, detector in pairs} == set(on_scoreboard())
    assert {data for data, detector in pairs if detector == "random"} == set(TASKS)


@pytest.mark.parametrize(("data", "view"), [(data, view) for data, about in TASKS.items() for view in about.views])
def test_parts_of_a_view(data, view):
    parts = TASKS[data].views[view]()
    n_scores = sum(map(len, parts.test)) if isinstance(parts.test, list) else len(parts.test)
    assert set(parts.labels) == {0, 1}
    if parts.judged is None:
        assert len(parts.labels) == n_scores
    else:
        assert len(parts.labels) == len(parts.judged)
        assert (np.diff(parts.judged) > 0).all() and parts.judged[-1] < n_scores


def test_views_of_one_data_set_are_judged_on_the_same():
    for about in TASKS.values():
        first, *others = (view().labels for view in about.views.values())
        for other in others:
            np.testing.assert_array_equal(first, other)


def test_nothing_that_is_judged_was_learned():
    """Rows of a frame are told apart by their index, arrays by their values."""
    for about in TASKS.values():
        for load in about.views.values():
            parts = load()
            if isinstance(parts.train, pd.DataFrame):
                assert parts.train.index.intersection(parts.test.index).empty
            else:
                learned = {np.ascontiguousarray(x).tobytes() for x in parts.train}
                assert not learned & {np.ascontiguousarray(x).tobytes() for x in parts.test}


def test_seeds_reach_the_detector_that_is_wrapped():
    parameters = contest.unfitted("telemetry", "isolation forest", seed=2).get_params()
    assert parameters["detector__estimator__random_state"] == 2


def test_a_row_of_the_water_is_scored_by_all_that_are_judged_on_it():
    """Detectors with windows are blind after a gap; nobody is judged there."""
    parts = TASKS["water flow"].views["series"]()
    blind = contest.unfitted("water flow", "PCA").fit(parts.train).decision_function(parts.test)
    assert np.isnan(blind).any() and not np.isnan(blind[parts.judged]).any()


@pytest.mark.parametrize(
    ("data", "detector", "message"),
    [
        ("orders", "LSTM forecaster", "'LSTM forecaster' takes series, but 'orders' comes as tables"),
        ("sales", "PCA", "'sales' is not on the scoreboard; there are: orders, Shuttle"),
        ("orders", "pca", "'pca' is not on the scoreboard; there are: random, z-score"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(data, detector, message):
    with pytest.raises(ValueError, match=message):
        contest.measure(data, detector)


def test_tensorflow_is_imported_by_those_who_train_with_it_only(imports):
    assert imports["tensorflow"] == [False, False, True]


# ------------------------------------------------------------------------------------------------- shipped tables


def test_every_pair_and_seed_is_there_once(table, bench):
    jobs = bench("helpers.results.tables.everything").jobs()
    assert list(table[["data", "detector", "seed"]].itertuples(index=False, name=None)) == jobs
    assert table.columns.tolist() == bench("helpers.results.tables.everything").COLUMNS


def test_values_are_possible(table):
    assert not table.isna().any().any()
    for measure in ("auroc", "average_precision", "recall_at_1", "prevalence"):
        assert table[measure].between(0, 1).all()
    assert (table[["train_seconds", "score_microseconds", "peak_mb"]] > 0).all().all()
    assert table["peak_mb"].between(50, 2000).all()  # Python with numpy alone, and what Binder gives
    assert set(table["mark"]) == {"real", "simulated"}


def test_rows_of_a_data_set_were_judged_on_the_same(table):
    assert (table.groupby("data")[["mark", "n_test", "prevalence"]].nunique() == 1).all().all()
    for data, about in TASKS.items():
        rows = table[table["data"] == data]
        labels = next(iter(about.views.values()))().labels
        assert set(rows["n_test"]) == {len(labels)} and set(rows["prevalence"]) == {round(labels.mean(), 4)}


def test_chance_is_the_floor(table):
    areas = table[table["detector"] == "random"].groupby("data")["auroc"].mean()
    assert areas.between(0.35, 0.65).all()


@pytest.mark.parametrize(
    ("data", "detector"),
    [
        ("orders", "z-score"),
        ("water flow", "PCA"),
        ("digit 8", "PCA"),
        ("Shuttle", "isolation forest"),
        ("watch TRAP", "persistence"),
    ],
)
def test_cheap_rows_come_out_again(table, data, detector):
    shipped = table.query("data == @data and detector == @detector and seed == 0").iloc[0]
    again = contest.measure(data, detector)
    for measure in ("auroc", "average_precision"):
        assert again[measure] == pytest.approx(shipped[measure], abs=0.01)
    assert (again["n_train"], again["n_test"]) == (shipped["n_train"], shipped["n_test"])


def test_the_other_tables_agree(table):
    """PCA and neighbours on the digits and the watch: other code, the same splits and recipes."""
    digits, watch = load_results("digits"), load_results("watch").query("normal == 'TRAP'")
    for detector, model in (("PCA", "PCA 32"), ("5 nearest neighbours", "5 nearest neighbours")):
        ours = table[table["detector"] == detector].set_index("data")["auroc"]
        for digit in (0, 4, 8):
            [theirs] = digits.query("model == @model and digit == @digit")["auroc"]
            assert ours[f"digit {digit}"] == pytest.approx(theirs, abs=0.002)
        assert ours["watch TRAP"] == pytest.approx(watch.set_index("model")["auroc"][model], abs=0.002)


def test_cost_has_every_detector_and_size_and_says_what_was_stopped(cost, bench):
    definition = bench("helpers.results.tables.cost")
    assert list(cost[["detector", "rows"]].itertuples(index=False, name=None)) == definition.jobs()
    assert set(cost["detector"]) == {name for name, entry in CATALOGUE.items() if entry.cost}
    assert len(cost) == len(definition.ROWS) * cost["detector"].nunique()
    assert cost.columns.tolist() == definition.COLUMNS
    assert (cost["score_seconds"].isna() == cost["stopped"]).all()
    assert (cost["train_seconds"].dropna() < definition.STOPPED_AFTER).all()


# -------------------------------------------------------------------------------------------------------- machinery


def compute(calls):
    def square(name, number):
        calls.append(number)
        if number == 3:
            raise KeyboardInterrupt
        return {"name": name, "square": number**2}

    return square


JOBS = [("a", 1), ("b", 2), ("c", 3), ("d", 4)]


def test_a_run_that_was_cut_goes_on_where_it_stopped(bench, tmp_path, capsys):
    resume, calls = bench("helpers.results.resume"), []
    with pytest.raises(KeyboardInterrupt):
        list(resume.rows("some", JOBS, compute(calls), tmp_path))
    with (tmp_path / "some.jsonl").open("a") as file:
        file.write('{"versions": "cut while')
    again = []
    rows = list(resume.rows("some", JOBS[:2], compute(again), tmp_path))
    assert calls == [1, 2, 3] and again == []
    assert rows == [{"name": "a", "square": 1}, {"name": "b", "square": 4}]
    assert "2 rows are there from a run that was cut" in capsys.readouterr().out


def test_rows_of_other_versions_are_computed_again(bench, tmp_path):
    resume, calls = bench("helpers.results.resume"), []
    old = {"versions": "Python 2.7", "job": ["a", 1], "row": {"name": "a", "square": 99}}
    (tmp_path / "some.jsonl").write_text(json.dumps(old) + "\n")
    assert list(resume.rows("some", JOBS[:1], compute(calls), tmp_path)) == [{"name": "a", "square": 1}]
    assert calls == [1]


def test_a_written_table_begins_anew(bench, tmp_path):
    resume, calls = bench("helpers.results.resume"), []
    for _ in range(2):
        list(resume.rows("some", JOBS[:1], compute(calls), tmp_path))
        resume.forget("some", tmp_path)
    assert calls == [1, 1]


FAKE = """
import sys, time

def memory(megabytes):
    import numpy as np

    block = np.ones(megabytes * 125_000)
    return {"sum": float(block[:10].sum())}

def slow(seconds):
    yield {"train_seconds": 0.5}
    time.sleep(seconds)
    yield {"train_seconds": 0.5, "score_seconds": 1.0}

def imports():
    import helpers.results.contest, helpers.results.cost_of_one

    drawing = "matplotlib" in sys.modules
    from helpers.detectors.catalogue import CATALOGUE
    from helpers.results.contest import load_network_library, measure

    imported = ["tensorflow" in sys.modules]
    measure("water flow", "z-score")
    imported.append("tensorflow" in sys.modules)
    load_network_library(CATALOGUE["LSTM forecaster"])
    imported.append("tensorflow" in sys.modules)
    return {"matplotlib": drawing, "tensorflow": imported}
"""


@pytest.fixture(scope="module")
def fake_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fake")
    (folder / "fake_measure.py").write_text(FAKE)
    return folder


@pytest.fixture
def fake(monkeypatch, fake_folder):
    monkeypatch.setenv("PYTHONPATH", str(fake_folder))
    return fresh


@pytest.fixture(scope="module")
def imports(fake_folder):
    """What one process had imported at each of its steps: to import TensorFlow once takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(fake_folder))
        return fresh.run("fake_measure", "imports")


def test_a_fresh_process_has_its_own_memory(fake):
    parent_holds = np.ones(40_000_000)  # 320 MB that are not the child's
    small, large = fake.run("fake_measure", "memory", 1), fake.run("fake_measure", "memory", 200)
    assert small["sum"] == large["sum"] == parent_holds[:10].sum()
    assert 150 < large["peak_mb"] - small["peak_mb"] < 250
    assert small["peak_mb"] < 300


def test_a_process_that_takes_too_long_is_stopped_and_keeps_what_it_came_to(fake):
    for timeout in (1, 3, 10, 30):  # as long as a slow machine needs to start and come to its first result
        stopped = fake.run("fake_measure", "slow", 600, timeout=timeout)
        if "train_seconds" in stopped:
            break
    assert stopped["stopped"] and stopped["train_seconds"] == 0.5 and "score_seconds" not in stopped
    done = fake.run("fake_measure", "slow", 0, timeout=60)
    assert not done["stopped"] and done["score_seconds"] == 1.0
    assert fake.run("fake_measure", "slow", 0, timeout=1e-3) == {"stopped": True}


def test_a_line_that_was_cut_while_it_was_printed_does_not_count(bench):
    assert bench("helpers.results.fresh")._last(b'{"train_seconds": 1.0}\n{"train_sec') == {"train_seconds": 1.0}


def test_a_stopped_fit_is_recorded_as_missing(bench, monkeypatch):
    cost = bench("helpers.results.tables.cost")
    monkeypatch.setattr(cost.fresh, "run", lambda *_, **__: {"train_seconds": 2.0, "peak_mb": 90, "stopped": True})
    row = cost.compute_row("PCA", 1000)
    assert row == {
        "detector": "PCA",
        "kind": "table",
        "rows": 1000,
        "train_seconds": 2.0,
        "score_seconds": None,
        "peak_mb": 90,
        "stopped": True,
    }


@pytest.mark.parametrize(("detector", "series"), [("PCA", False), ("seasonal naive", True)])
def test_cost_of_a_small_table_and_series(bench, detector, series):
    trained, scored = bench("helpers.results.cost_of_one").measure_cost(detector, 300, series)
    assert set(trained) == {"train_seconds"} and set(scored) == {"train_seconds", "score_seconds"}


def test_what_is_measured_does_not_count_what_draws(imports):
    assert imports["matplotlib"] is False


def test_a_row_of_the_bench_is_measured_in_a_fresh_process(bench, monkeypatch):
    results = bench("helpers.results.tables.everything")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    row = results.compute_row("water flow", "z-score", 0)
    assert list(row) == results.COLUMNS and row["peak_mb"] > 50


def test_figures_are_drawn_beside_their_tables(bench, tmp_path):
    results = bench("helpers.results.writing")
    table = pd.DataFrame({"x": [0, 1], "y": [1, 3]})
    said = results.write("some", table, tmp_path, figure=lambda table: plt.plot(table["x"], table["y"])[0].figure)
    assert (tmp_path / "some.png").read_bytes()[:4] == b"\x89PNG" and "some.png drawn" in said


# ------------------------------------------------------------------------------------- one detector, one data set


class Definition:
    """Stands for a module of `helpers.results.tables`: two detectors on two data sets, and how often each was run."""

    KEYS = ("data", "detector", "seed")
    COLUMNS = ("data", "detector", "seed", "auroc", "seconds")

    def __init__(self, detectors=("quick", "slow")):
        self.detectors, self.computed, self.value = detectors, [], 1 / 3

    def jobs(self):
        return [(data, detector, 0) for data in ("here", "there") for detector in self.detectors]

    def compute_row(self, data, detector, seed):
        self.computed.append((data, detector))
        return {"data": data, "detector": detector, "seed": seed, "auroc": self.value, "seconds": 0.1}

    @staticmethod
    def figure(table):
        return plt.plot(table["seed"], table["auroc"])[0].figure


@pytest.fixture
def writing(bench, tmp_path, monkeypatch):
    resume = bench("helpers.results.resume")
    monkeypatch.setattr(resume, "FOLDER", tmp_path / "unfinished")
    monkeypatch.setattr("helpers.results.machine.versions", lambda: "Python 3.13")
    return bench("helpers.results.writing")


def stored(folder):
    text = (folder / "some.csv").read_text()
    return [line for line in text.splitlines() if line.startswith("#")], pd.read_csv(folder / "some.csv", comment="#")


def test_the_rows_of_a_new_detector_take_their_place(writing, tmp_path):
    writing.write_table("some", Definition(), tmp_path)
    header, before = stored(tmp_path)
    later = Definition(("quick", "new", "slow"))
    said = writing.write_part("some", later, "new", tmp_path)
    about, table = stored(tmp_path)
    assert later.computed == [("here", "new"), ("there", "new")]
    assert list(table[list(later.KEYS)].itertuples(index=False, name=None)) == later.jobs()
    pd.testing.assert_frame_equal(table[table["detector"] != "new"].reset_index(drop=True), before)
    assert about[:-1] == header and about[-1].startswith("# part: new, date 20")
    assert said.startswith("some.csv written: 6 rows. some.png drawn") and said.endswith("2 of them are new.")


def test_the_rows_of_a_data_set_are_computed_again(writing, tmp_path):
    definition = Definition()
    writing.write_table("some", definition, tmp_path)
    definition.computed, definition.value = [], 0.25
    for _ in range(2):
        writing.write_part("some", definition, "there", tmp_path)
    about, table = stored(tmp_path)
    assert definition.computed == 2 * [("there", "quick"), ("there", "slow")]
    assert table["auroc"].tolist() == [1 / 3, 1 / 3, 0.25, 0.25]  # every digit of the others is kept
    assert len(about) == 5


def test_a_detector_without_rows_is_named_and_one_that_is_gone_goes(writing, tmp_path):
    writing.write_table("some", Definition(("quick", "old")), tmp_path)
    said = writing.write_part("some", Definition(("quick", "new", "newer")), "new", tmp_path)
    assert stored(tmp_path)[1]["detector"].tolist() == ["quick", "new"] * 2
    assert said.endswith("Still without rows: newer.")


@pytest.mark.parametrize("broken", ["compute_row", "figure"])
def test_a_part_is_stored_whole_or_not_at_all(writing, tmp_path, monkeypatch, broken):
    definition = Definition()
    writing.write_table("some", definition, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("some.*")}

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(definition, broken, fail)
    with pytest.raises(KeyboardInterrupt):
        writing.write_part("some", definition, "quick", tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("some.*")} == before


def test_a_part_that_is_not_there_is_refused(writing, tmp_path):
    with pytest.raises(SystemExit, match="some has no rows of 'quack'; there are: here, quick, slow, there"):
        writing.write_part("some", Definition(), "quack", tmp_path)
    with pytest.raises(SystemExit, match="digits is computed as a whole"):
        writing.write_all(["digits"], only="PCA")
    with pytest.raises(SystemExit, match="Say which table is to get the rows of PCA"):
        writing.write_all([], only="PCA")


@pytest.mark.parametrize("name", ["everything", "cost"])
def test_a_shipped_table_that_is_read_and_written_stays_as_it_is(writing, bench, tmp_path, name):
    shipped = Path(__file__).parents[1] / "data" / "results"
    about, table = writing._read(shipped / f"{name}.csv")
    rows = pd.DataFrame(table.to_dict("records"), columns=bench(f"helpers.results.tables.{name}").COLUMNS)
    writing.write(name, rows, tmp_path, about)
    assert (tmp_path / f"{name}.csv").read_bytes() == (shipped / f"{name}.csv").read_bytes()


def test_the_command_passes_names_and_part_on(bench, monkeypatch):
    asked = []
    monkeypatch.setattr("helpers.results.writing.write_all", lambda *arguments: asked.append(arguments))
    bench("harness").main(["--results", "everything", "--only", "PCA"])
    bench("harness").main(["--results"])
    assert asked == [(["everything"], "PCA"), ([], None)]
