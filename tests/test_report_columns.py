"""What columns are: shipped tables come out right, every reason to leave a column out, labels, table or series."""

from helpers.datasets.files import DATA_DIR
from helpers.report.columns.describing import describe_columns
from helpers.report.columns.labels import read_labels
from helpers.report.contest.preparing import prepare_series, series_rows
from helpers.report.errors import UnusableFile
from helpers.report.reading.files import read_table

import numpy as np
import pandas as pd
import pytest

N = 400


def shipped(name):
    return read_table(DATA_DIR / f"{name}.csv.gz").frame


@pytest.fixture(scope="module")
def orders():
    return shipped("orders")


def table(**columns):
    """Two plain columns and those asked for."""
    rng = np.random.default_rng(0)
    return pd.DataFrame({"size": rng.normal(size=N), "count": rng.poisson(20, size=N)} | columns)


def hourly(**columns):
    flow = np.random.default_rng(0).normal(size=N)
    return pd.DataFrame({"when": pd.date_range("2025-01-01", periods=N, freq="h"), "flow": flow} | columns)


def described(frame, name, **options):
    row = describe_columns(frame, **options).table.loc[name]
    return row["kind"], row["decision"]


def problem(frame, **options):
    with pytest.raises(UnusableFile) as caught:
        describe_columns(frame, **options)
    return str(caught.value)


# -------------------------------------------------------------------- the course's own files


def test_orders(orders):
    columns = describe_columns(orders, label="label", leave_out=["kind"])
    assert columns.shape == "table"
    assert columns.numbers == columns.logs == ("quantity", "unit_price", "amount")
    assert columns.categories == ("category", "country", "payment_method")
    assert (columns.dates, columns.time, columns.in_time_order, columns.label) == (("time",), "time", True, "label")
    kinds = columns.table["kind"]
    assert kinds[["order_id", "customer_id", "product_id"]].tolist() == ["identifier"] * 3
    assert (columns.n_rows, columns.n_duplicates) == (20_000, 0)
    assert "no regular step" in columns.why_shape


def test_the_answers_of_the_orders_are_left_out_unasked(orders):
    columns = describe_columns(orders)
    assert columns.label is None
    assert columns.table.loc[["label", "kind"], "kind"].tolist() == ["looks like a label"] * 2
    assert columns.notes[0] == ("'label' looks like a label and is left out; name it label='label' to judge with it.")
    told = describe_columns(orders, label="label").table.loc["kind"]
    assert told["decision"] == "left out"
    assert told["why"] == "each of its values goes with one value of 'label': it holds the answer"


def test_shuttle():
    columns = describe_columns(shipped("shuttle"), label="label")
    assert columns.shape == "table"
    assert columns.why_shape == "A table: no column holds times."
    assert columns.numbers == tuple(f"sensor_{i}" for i in range(1, 10))
    assert (columns.logs, columns.time, columns.in_time_order) == ((), None, False)


@pytest.mark.parametrize(
    "name, numbers, step",
    [
        ("water_flow", ("flow",), "1h"),
        ("telemetry", ("cpu", "memory", "requests", "latency"), "10min"),
    ],
)
def test_series(name, numbers, step):
    columns = describe_columns(shipped(name))
    assert (columns.shape, columns.time, columns.step) == ("series", "time", pd.Timedelta(step))
    assert columns.numbers == numbers
    assert columns.dates == columns.categories == ()


def test_gaps_of_the_water_are_said():
    columns = describe_columns(shipped("water_flow"))
    assert columns.why_shape == ("A series: 'time' has one regular step, 1 hour (99.2% of the distances between rows).")
    assert columns.notes[-1] == "10 gaps are longer than a step and a half: they stay open."


def test_the_frame_says_all_of_each_column(orders):
    facts = describe_columns(orders).table
    assert list(facts) == ["kind", "missing", "distinct", "example", "decision", "why"]
    assert list(facts.index) == list(orders)
    assert facts.loc["country", ["missing", "distinct", "example"]].tolist() == [0.0, orders["country"].nunique(), "DE"]
    assert facts["why"].str.len().min() > 5


def test_the_repr_is_for_readers():
    assert repr(describe_columns(table())) == (
        "table of 400 rows: 2 numbers, 0 categories, 0 dates; 0 columns left out\nA table: no column holds times."
    )


# -------------------------------------------------------------------- kinds


def text(values, n=N):
    return np.resize(np.array(values, dtype=object), n)


shuffled = np.random.default_rng(1).permutation(N)
KINDS = {
    "number": ("x", np.random.default_rng(2).normal(size=N), "number", "number"),
    "whole number": ("x", np.random.default_rng(2).integers(-50, 50, N), "whole number", "number"),
    "magnitudes": ("x", np.exp(np.random.default_rng(2).normal(0, 2, N)), "number", "logarithm"),
    "with a zero": ("x", np.r_[0, np.exp(np.random.default_rng(2).normal(0, 2, N - 1))], "number", "logarithm"),
    "one stray value": ("x", np.r_[1e6, np.random.default_rng(2).uniform(9, 11, 4 * N - 1)], "number", "number"),
    "boolean": ("x", shuffled % 3 == 0, "boolean", "number"),
    "few words": ("x", text(["red", "blue", "green"]), "category", "category"),
    "many words": ("x", text([f"shop {i}" for i in range(60)]), "category", "category"),
    "a date": ("x", pd.Timestamp("2025-01-01") + pd.to_timedelta(shuffled**2, unit="s"), "date", "date"),
    "empty": ("x", np.full(N, np.nan), "empty", "left out"),
    "constant": ("x", np.full(N, 7), "constant", "left out"),
    "constant where present": ("x", np.where(shuffled % 2, 7.0, np.nan), "constant", "left out"),
    "mostly missing": ("x", np.where(shuffled < 40, shuffled, np.nan), "mostly missing", "left out"),
    "not so mostly": ("x", np.where(shuffled < 44, shuffled**1.5, np.nan), "number", "number"),
    "counts up": ("x", np.arange(N) * 10 + 7, "identifier", "left out"),
    "runs on": ("x", np.cumsum(1 + shuffled % 5), "identifier", "left out"),
    "shuffled row numbers": ("x", shuffled + 1000, "identifier", "left out"),
    "seconds that pass": ("x", np.arange(N) * 0.1, "identifier", "left out"),
    "unique but scattered": ("x", shuffled * 3 + 5, "whole number", "number"),
    "an id": ("customer_id", shuffled % 60, "identifier", "left out"),
    "camel case": ("customerId", shuffled % 60, "identifier", "left out"),
    "one word": ("CUSTOMERID", shuffled % 60, "identifier", "left out"),
    "no id": ("humid", shuffled % 60, "whole number", "number"),
    "a code of few values": ("status_code", text([200, 404, 500]).astype(int), "category", "category"),
    "an id in words": ("device id", text([f"D{i}" for i in range(50)]), "identifier", "left out"),
    "codes": ("x", text([f"A{i:05}" for i in range(N)]), "identifier", "left out"),
    "free text": ("x", text([f"the order number {i} was late" for i in range(N)]), "text", "left out"),
    "numbers as text": ("x", text([f"{i * 1.7:.2f}" for i in range(N // 2)]), "text", "left out"),
}


@pytest.mark.parametrize("name, values, kind, decision", KINDS.values(), ids=KINDS)
def test_kinds(name, values, kind, decision):
    plain = np.random.default_rng(0).normal(size=len(values))
    assert described(pd.DataFrame({"plain": plain, name: values}), name) == (kind, decision)


def test_a_share_of_missing_values_is_given():
    columns = describe_columns(table(x=np.where(shuffled < 40, 1.0 * shuffled, np.nan)))
    assert columns.table.loc["x", "missing"] == 0.9
    assert columns.table.loc["x", "why"] == "90% of its values are missing"


def test_a_copy_of_another_column():
    frame = table()
    frame["again"] = frame["size"]
    assert describe_columns(frame).table.loc["again", ["kind", "why"]].tolist() == ["copy", "the same values as 'size'"]


def test_keep_and_leave_out():
    frame = table(customer_id=shuffled % 60, note=text([f"the order number {i} was late" for i in range(N)]))
    columns = describe_columns(frame, keep=["customer_id", "note"], leave_out="size")
    assert columns.numbers == ("count", "customer_id")
    assert columns.categories == ("note",)
    assert columns.table.loc["size", "why"] == "you asked for it"


def test_infinite_values_do_not_hide_what_a_column_is():
    assert described(table(x=np.where(shuffled == 3, np.inf, shuffled % 7)), "x") == ("whole number", "number")


def test_duplicates_are_counted():
    frame = pd.concat([table(), table().iloc[:25]], ignore_index=True)
    columns = describe_columns(frame)
    assert columns.n_duplicates == 25
    assert columns.notes == (
        "25 rows repeat an earlier row in every column. They are kept: repetition may be usual here.",
    )


# -------------------------------------------------------------------- labels nobody named


@pytest.mark.parametrize(
    "name, values, is_label",
    [
        ("is_fraud", shuffled % 50 == 0, True),
        ("Class", (shuffled % 50 == 0).astype(int), True),
        ("outlier", text(["no"] * 24 + ["yes"]), True),
        ("state", text(["normal"] * 18 + ["leak", "spike"]), True),
        ("class", (shuffled % 2).astype(int), False),  # as many of one as of the other
        ("anomaly", (shuffled % 5 < 2).astype(float), True),  # 40 %
        ("changepoint", (shuffled % 100 == 0).astype(float), True),
        ("change point", (shuffled % 100 == 0).astype(float), True),
        ("is_alarm", shuffled % 10 == 0, True),
        ("anomaly_score", shuffled / 7, True),
        ("credit_score", shuffled / 7, False),
        ("label", text(["normal."] * 28 + [f"attack {i}." for i in range(22)]), True),
        ("class", shuffled % 40, False),  # many values
        ("gift", shuffled % 50 == 0, False),  # rare, but its name says nothing of anomalies
        ("sex", text(["f"] * 18 + ["m", "x"]), False),
    ],
)
def test_what_looks_like_a_label(name, values, is_label):
    assert (described(table(**{name: values}), name)[0] == "looks like a label") == is_label


def test_a_look_alike_can_be_kept():
    assert described(table(fault=shuffled % 50 == 0), "fault", keep="fault") == ("boolean", "number")


def test_what_tells_the_label_is_left_out():
    odd = (shuffled % 40 == 0).astype(int)
    frame = table(
        y=odd,
        grade=np.where(odd, "z", text(["a", "b"])),
        honest=text(["a", "b"]),
        helpful=np.where(odd & (shuffled < 200), "z", text(["a", "b"])),
    )  # tells half of the answers
    assert described(frame, "grade", label="y") == ("looks like a label", "left out")
    assert described(frame, "honest", label="y") == ("category", "category")
    assert described(frame, "helpful", label="y") == ("category", "category")


def test_what_comes_with_anomalies_only_is_left_out():
    """The rows of a failure's kind are all failures, though other kinds have none of it."""
    odd = shuffled % 20 == 0
    frame = table(**{"Machine failure": odd.astype(int)}, TWF=(odd & (shuffled < 200)).astype(int))
    frame["rush hour"] = (odd & (shuffled < 200) | (shuffled == 7)).astype(int)  # and one ordinary row
    assert described(frame, "TWF", label="Machine failure") == ("looks like a label", "left out")
    assert described(frame, "rush hour", label="Machine failure")[1] == "number"
    assert described(frame, "TWF", label="Machine failure", keep="TWF")[1] == "number"
    notes = describe_columns(frame, label="Machine failure").notes
    assert notes[0].startswith(
        "Left out, because they may hold the answer: 'TWF'. What is no answer, keep: keep=['TWF']"
    )


def test_a_number_that_tells_the_label_alone_is_doubted_and_stays():
    odd = (shuffled % 20 == 0).astype(int)
    frame = table(y=odd, repair_cost=odd * 50.0 + shuffled / N)
    assert described(frame, "repair_cost", label="y")[1] in ("number", "logarithm")
    assert any(
        note.startswith("'repair_cost' alone tells 'y' almost perfectly")
        for note in describe_columns(frame, label="y").notes
    )


# -------------------------------------------------------------------- what cannot be examined


def test_too_few_rows():
    assert problem(table().head(57)) == (
        "There are 57 rows: too few to learn what is usual and to check it. Bring at least 100; a thousand are better."
    )


def test_all_text():
    words = text([f"word {i}" for i in range(N)])
    assert problem(pd.DataFrame({"a": words, "b": words[::-1]})) == (
        "No column is left to learn from ('a': text; 'b': text). Numbers with units or words in them read as text: "
        "mend the file, pass its delimiter=, or name columns with keep=."
    )


def test_all_rows_identical():
    assert problem(pd.DataFrame({"a": np.ones(N), "b": np.full(N, "x")})).startswith(
        "All rows are identical. No column is left to learn from ('a': constant; 'b': constant)."
    )


def test_all_columns_mostly_missing():
    frame = pd.DataFrame({name: np.where(shuffled < 30, shuffled + i, np.nan) for i, name in enumerate("ab")})
    assert "No column is left to learn from ('a': mostly missing; 'b': mostly missing)" in problem(frame)


def test_of_very_many_columns_those_that_lack_least_are_entered(monkeypatch):
    monkeypatch.setattr("helpers.report.columns.describing.MOST_INPUTS", {"table": 50, "series": 30})
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(120, 100))).add_prefix("c")
    frame.loc[:10, frame.columns[:40]] = np.nan
    columns = describe_columns(frame, keep="c0")
    assert columns.numbers == ("c0", *frame.columns[40:89])
    assert columns.notes[-1] == (
        "100 columns could be entered; the 50 that lack the fewest values are. Name others that matter: "
        "keep=[…] (--keep)."
    )
    hours = frame.assign(time=pd.date_range("2025-01-01", periods=120, freq="h"))
    assert len(describe_columns(hours).numbers) == 30


def test_duplicate_names():
    frame = table()
    frame.columns = ["x", "x"]
    assert problem(frame) == "The column name 'x' is there more than once. Give each column a name of its own."


def test_dates_in_two_formats():
    frame = table(day=["2025-01-05", *["31.12.2025"] * (N - 1)])
    assert problem(frame) == (
        "'day' holds dates in two formats: 2025-01-05 (row 1) and 31.12.2025 (row 2). Write them "
        "one way, such as 2025-03-31, or leave the column out: leave_out=['day'] (--leave-out)."
    )
    assert describe_columns(frame, leave_out="day").numbers == ("size", "count")


def test_dates_as_text_in_a_frame_of_ones_own():
    frame = table(day=pd.date_range("2025-01-01", periods=N).strftime("%Y-%m-%d"))
    assert "frame['day'] = pd.to_datetime(frame['day'])" in problem(frame)


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"label": "y"}, "label='y': there is no such column. There are size, count."),
        ({"leave_out": ["size", "z"]}, "leave_out='z': there is no such column. There are size, count."),
        ({"keep": "z"}, "keep='z': there is no such column. There are size, count."),
        ({"time": "z"}, "time='z': there is no such column. There are size, count."),
        (
            {"time": "size"},
            "time='size' holds neither dates nor numbers that count: number, a quantity. Name a column of times.",
        ),
        ({"shape": "tensor"}, "shape='tensor': it is 'table' or 'series', or left to be found."),
        (
            {"keep": "size", "leave_out": "size"},
            "'size' is asked for in two ways that exclude each other: decide for one "
            "of leave_out, keep, category, label and time.",
        ),
    ],
)
def test_choices_that_do_not_fit(options, sentence):
    assert problem(table(), **options) == sentence


def test_a_frame_is_wanted():
    assert problem(np.zeros((200, 2))) == "A DataFrame is wanted, not ndarray. read_table(path).frame is one."


# -------------------------------------------------------------------- table or series

HOURS = pd.date_range("2025-01-01", periods=2 * N, freq="h")
OFTEN = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.cumsum(np.where(shuffled < 240, 60, 61 + shuffled)), unit="min")
SHOPPING = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.random.default_rng(3).exponential(60, N).cumsum(), unit="s")


@pytest.mark.parametrize(
    "times, shape",
    [
        (pd.date_range("2025-01-01", periods=N, freq="7min"), "series"),
        (pd.date_range("2020-01-01", periods=N, freq="MS"), "series"),
        (pd.bdate_range("2024-01-01", periods=N), "series"),
        (
            pd.date_range("2025-01-01", periods=N, freq="s") + pd.to_timedelta(shuffled % 40, unit="ms"),
            "series",
        ),  # jitter
        (HOURS[np.sort(np.random.default_rng(3).permutation(2 * N)[:N])], "table"),  # every other hour is missing
        (HOURS[: N // 2].repeat(2), "table"),  # two machines in one file
        (OFTEN, "table"),  # six in ten distances are an hour
        (SHOPPING, "table"),
    ],
)
def test_a_regular_step_makes_a_series(times, shape):
    columns = describe_columns(hourly(when=times))
    assert columns.shape == shape
    assert (columns.time, columns.in_time_order) == ("when", True)


@pytest.mark.parametrize("unit", [["A", "B"], [7, 7.5], [1, 2]])
def test_several_series_in_one_file_are_said(unit):
    columns = describe_columns(hourly(when=HOURS[: N // 2].repeat(2), unit_id=unit * (N // 2)))
    assert columns.why_shape == (
        "A table: 50% of the rows repeat a time of 'when', so each row is an event of its own."
    )
    if unit != [7, 7.5]:  # is a measurement
        assert columns.notes[-1] == (
            "'unit_id' seems to tell 2 series apart, below each other in one file. To judge each by its own past: "
            "examine_groups(frame, 'unit_id') (--group unit_id)."
        )


def test_a_category_that_tells_no_series_apart_is_not_suggested():
    times = pd.Timestamp("2025-01-01") + pd.to_timedelta(shuffled // 2, unit="h")
    assert not any("--group" in note for note in describe_columns(hourly(when=times, shop=["A", "B"] * 200)).notes)


def test_the_shape_can_be_asked_for():
    assert describe_columns(hourly(), shape="table").dates == ("when",)
    irregular = hourly(when=pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(shuffled**2), unit="s"))
    assert describe_columns(irregular).shape == "table"
    assert describe_columns(irregular, shape="series").why_shape == "A series, as you asked for."


def test_the_time_can_be_named():
    shipped_at = hourly()["when"] + pd.to_timedelta(shuffled**2, unit="s")
    frame = hourly(shipped=shipped_at)
    assert describe_columns(frame).time == "when"
    columns = describe_columns(frame, time="shipped")
    assert (columns.shape, columns.time, columns.in_time_order) == ("table", "shipped", False)
    assert columns.notes == ("The rows do not stand in order of 'shipped'.",)


# -------------------------------------------------------------------- the series itself


def test_a_series_in_disorder_is_sorted_and_its_labels_too():
    frame = hourly(label=(np.arange(N) == 50).astype(int)).sample(frac=1, random_state=0)
    columns = describe_columns(frame, label="label")
    channels, labels = prepare_series(frame, columns)
    assert channels.index.is_monotonic_increasing
    assert np.flatnonzero(labels).tolist() == [50]
    assert columns.notes == ("The rows do not stand in order of 'when': they are sorted.",)
    np.testing.assert_array_equal(channels["flow"], frame["flow"].iloc[series_rows(frame, columns)])
    np.testing.assert_array_equal(prepare_series(frame, columns, labels=frame["label"])[1], labels)


def test_repeated_and_missing_times_are_dropped_and_said():
    frame = hourly()
    frame.loc[10, "when"] = frame.loc[9, "when"]
    frame.loc[20, "when"] = pd.NaT
    columns = describe_columns(frame)
    channels, labels = prepare_series(frame, columns)
    assert labels is None
    assert len(channels) == N - 2
    assert channels.index.is_unique and channels.index.name == "when"
    assert channels["flow"].iloc[9] == frame.loc[9, "flow"]
    assert any("repeat a time: the first row of each time is kept" in note for note in columns.notes)
    assert "1 rows have no time, or one far beyond all clocks, and are left out." in columns.notes


def test_zones_are_kept_and_infinity_is_missing():
    frame = hourly(when=pd.date_range("2025-01-01", periods=N, freq="h", tz="Europe/Rome"))
    frame.loc[5, "flow"] = np.inf
    channels, _ = prepare_series(frame, describe_columns(frame))
    assert str(channels.index.tz) == "Europe/Rome"
    assert channels["flow"].isna().to_numpy().nonzero()[0].tolist() == [5]


def test_a_table_without_times_is_no_series():
    with pytest.raises(UnusableFile, match="There is no column of times to order the series by"):
        prepare_series(table(), describe_columns(table()))


def test_a_channel_that_begins_late_is_left_out_by_name():
    late = np.where(np.arange(N) < 0.55 * N, np.nan, 1.0 * shuffled)
    columns = describe_columns(hourly(new_sensor=late))
    assert columns.table.loc["new_sensor", "kind"] == "begins late"
    assert (
        "'new_sensor' is left out: its first value comes after 55% of the rows, too late to learn from."
        in columns.notes
    )


@pytest.mark.parametrize("pace", [5, 15])
def test_a_slow_channel_is_held_and_said(pace):
    slow = np.where(np.arange(N) % pace == 0, 1.0 * shuffled, np.nan)
    frame = hourly(slow=slow)
    columns = describe_columns(frame)
    assert columns.hold == {"slow": 2 * pace - 1} and "slow" in columns.numbers
    assert any(f"'slow' is measured every {pace} rows" in note for note in columns.notes)
    channels, _ = prepare_series(frame, columns)
    assert channels["slow"].tolist() == np.repeat(slow[::pace], pace)[:N].tolist()


def test_holes_that_come_now_and_then_stay_holes():
    holes = np.where(shuffled % 9 == 0, np.nan, 1.0 * shuffled)
    assert describe_columns(hourly(level=holes)).hold == {}


# -------------------------------------------------------------------- labels


@pytest.mark.parametrize(
    "values, anomaly, expected",
    [
        ([0, 1, 0], None, [0, 1, 0]),
        ([0.0, 1.0, 0.0], None, [0, 1, 0]),
        ([False, True, False], None, [0, 1, 0]),
        (["normal", "Fraud ", "normal"], None, [0, 1, 0]),
        (["no", "yes", "no"], None, [0, 1, 0]),
        (["normal", "leak", "spike", "normal"], None, [0, 1, 1, 0]),
        ([1, -1, 1], -1, [0, 1, 0]),
        ([1, -1, 1], "-1", [0, 1, 0]),
        (["a", "b", "c", "a"], ["b", "c"], [0, 1, 1, 0]),
        ([1, 1, 0], 1, [1, 1, 0]),
        ([0, None, 1], None, [0, -1, 1]),
        (["ok", None, "bad"], "", [0, 1, 0]),
    ],
)
def test_labels(values, anomaly, expected):
    np.testing.assert_array_equal(read_labels(pd.Series(values, name="y"), anomaly), expected)


@pytest.mark.parametrize(
    "values, anomaly, sentence",
    [
        (
            [1, -1, 1],
            None,
            "The label column 'y' holds 1, -1: which stands for an anomaly? Pass anomaly=… (--anomaly), for "
            "example the rare '-1', or normal=… (--normal).",
        ),
        (
            ["f", "m", "f"],
            None,
            "The label column 'y' holds f, m: which stands for an anomaly? Pass anomaly=… (--anomaly), "
            "for example the rare 'm', or normal=… (--normal).",
        ),
        ([0, 0, 0], None, "All labels in 'y' are normal (0): a label column needs both. Leave it out (leave_out=)."),
        (
            [1, 0, 1],
            None,
            "67% of the labels in 'y' would be anomalies (1). If that is meant, pass anomaly='1' (--anomaly "
            "1); if not, name the other value.",
        ),
        ([None, None], None, "The label column 'y' is empty in every row. Leave it out (leave_out=)."),
        (
            ["spike", None, None],
            None,
            "The label column 'y' holds spike or nothing. If nothing means normal, say so: normal='' (--normal ''). "
            "If it means that nobody looked, labels of both kinds are needed.",
        ),
        (["a", "b", "a"], "z", "No row of 'y' holds 'z'. It holds a, b."),
    ],
)
def test_labels_that_cannot_be_read(values, anomaly, sentence):
    with pytest.raises(UnusableFile) as caught:
        read_labels(pd.Series(values, name="y"), anomaly)
    assert str(caught.value) == sentence
