"""Files as people have them (made up after public bug reports): how each is read, and what is said of each.

A row of a table below is a file in `cases/`, packed; what it holds that is not plain, its comment says.
"""

import gzip
from pathlib import Path

from helpers.report import (
    UnusableFile,
    describe_columns,
    finish,
    prepare,
    read_labels,
    read_table,
    strangeness_of_all,
    train_candidates,
)

import numpy as np
import pandas as pd
import pytest

CASES = Path(__file__).parent / "cases"
HOUR, DAY = pd.Timedelta(hours=1), pd.Timedelta(days=1)
MINUTE = pd.Timedelta(minutes=1)

# file: step between rows, rows, channels that are judged
SERIES = {
    "a01_sep_hint.csv": (HOUR, 400, "load temp"),  # sep=; above the names
    "a02_late_grouping.csv": (HOUR, 400, "last"),  # decimal comma, one late 1.234,56
    "a04_logger_toa5.dat": (pd.Timedelta(milliseconds=50), 400, "Ux co2 Ts"),  # four header lines
    "a05_yfinance_three_headers.csv": (DAY, 400, "Close High Low Open Volume"),
    "a06_title_and_totals.csv": (DAY, 400, "Meter_A Meter_B Meter_C"),  # title rows above, totals below
    "a09_r_write_table.csv": (HOUR, 400, "temp co2 occupied"),  # one name fewer than fields
    "a10_events.jsonl": (HOUR, 400, "value"),
    "a12_nul_tail.csv": (HOUR, 400, "temp hum"),  # 64 zero bytes at the end
    "a16_blank_tail.csv": (HOUR, 400, "A B"),  # 18.00.00, two trailing separators, 30 empty rows
    "b01_bigquery_utc.csv": (HOUR, 400, "value"),  # 2024-03-01 00:00:00 UTC
    "b02_compact_days.csv": (7 * DAY, 400, "value"),  # 20160103
    "b03_date_and_time.csv": (MINUTE, 400, "Global_active_power Voltage"),  # in two columns
    "b05_dst_naive_doubled.csv": (15 * MINUTE, 400, "demand"),  # an hour in October twice
    "b07_hour_24.csv": (HOUR, 400, "kwh"),  # midnight as 24:00
    "b08_integer_time.csv": (1.0, 400, "value"),  # 1, 2, 3 …
    "b09_one_column.csv": (1.0, 400, "value"),
    "b11_epoch_1990s.csv": (HOUR, 400, "value"),
    "b14_far_date_series.csv": (HOUR, 400, "load"),  # one stamp of the year 9999
    "b17_opening_hours.csv": (30 * MINUTE, 938, "y"),  # nights are gaps
    "c01_accounting.csv": (DAY, 400, "amount"),  # (1,234.50)
    "c02_trailing_minus.csv": (DAY, 400, "amount qty"),  # 1234,50-
    "c04_units.csv": (HOUR, 400, "cpu mem lat"),  # 12.3%, 1.5 GiB, 350 ms
    "c05_quoted_decimal_comma.csv": (HOUR, 400, "conc flow"),  # "0,512"
    "c08_historian_words.csv": (HOUR, 400, "tag1 tag2"),  # Bad Input, #DIV/0!
    "c09_sentinel.csv": (HOUR, 400, "co nox"),  # -200 for missing
    "c13_huge_series.csv": (HOUR, 400, "load"),  # one 1e300
    "c18_late_sensor.csv": (HOUR, 400, "flow pressure"),  # a channel that begins after 55 % of the time
    "c19_two_rates.csv": (MINUTE, 2000, "fast slow"),  # every tenth row
    "c19b_two_rates_every_fifth.csv": (MINUTE, 2000, "fast slow"),
    "c21_counter_reset.csv": (HOUR, 400, "requests_total watt_hours"),
    "d01_label_40pct.csv": (HOUR, 400, "a b"),  # 'anomaly' and 'changepoint' beside them
    "e06_unsorted.csv": (HOUR, 400, "load"),
    "e07_outlier_sets_limit.csv": (DAY, 400, "a b"),
}
# file: rows, numbers, categories
TABLES = {
    "a07_integer_names.csv": (400, "0 1 2 3", ""),
    "b13_far_dates_table.csv": (400, "amount qty", ""),  # 9999-12-31 for "no end"
    "b19_ten_days_of_orders.csv": (400, "amount", "shop"),
    "c11_huge.csv": (400, "a b c", ""),  # 1e300 and -1e308
    "c14_long_ints.csv": (400, "amount hash", ""),  # 30 digits
    "c16_coded_categories.csv": (400, "product status zone weight", ""),
    "d02_kdd_dot.csv": (400, "dur bytes", "proto"),
    "d04_plus_minus_one.csv": (400, "a b", ""),
    "d06_leak.csv": (400, "temp torque wear", ""),
    "e03_panel.csv": (960, "sales", "store"),
}
# file: the sentence, with its cure
REFUSED = {
    "a14_gb18030.csv": "as gb18030: 时间,温度,压力; .*looks right \\(--encoding gb18030\\)",
    "b21_ambiguous_days.csv": "day and month cannot be told apart.*leave_out=\\['date'\\]",
    "e01_99_rows.csv": "There are 99 rows: too few.*Bring at least 100",
}
# file: what is said when it is read or described
SAID = {
    "a04_logger_toa5.dat": "a logger's (TOA5): the names are taken from the second",
    "a05_yfinance_three_headers.csv": "Left out below the column names, no data: Ticker",
    "a06_title_and_totals.csv": "The last row holds 'Total' and is left out",
    "a09_r_write_table.csv": "the first is called 'row_name', as R writes row names",
    "a12_nul_tail.csv": "64 zero bytes at the end of the file are left out",
    "a16_blank_tail.csv": "30 rows hold nothing at all and are left out",
    "b03_date_and_time.csv": "'Date' and 'Time' are one time",
    "b05_dst_naive_doubled.csv": "1.0% of the rows repeat a time: the first row of each time is kept",
    "b09_one_column.csv": "The rows hold no times: their position stands for it",
    "b14_far_date_series.csv": "1 rows have no time, or one far beyond all clocks, and are left out",
    "b17_opening_hours.csv": "66 gaps are longer than a step and a half: they stay open",
    "c08_historian_words.csv": "'tag1' holds numbers, but also 55 other values, the first 'Bad Input' (line 42)",
    "c09_sentinel.csv": "'co' holds -200 in 20% of its rows, far from its other values",
    "c16_coded_categories.csv": "though they have few values: 'product', 'status', 'zone'",
    "c18_late_sensor.csv": "'new_sensor' is left out: its first value comes after 55% of the rows",
    "c19b_two_rates_every_fifth.csv": "'slow' is measured every 5 rows",
    "c21_counter_reset.csv": "Hardly ever falling, as counters do: 'requests_total', 'watt_hours'",
    "d01_label_40pct.csv": "'anomaly' looks like a label and is left out",
    "d02_kdd_dot.csv": "'label' looks like a label and is left out",
    "d04_plus_minus_one.csv": "'y' looks like a label and is left out",
    "d06_leak.csv": "Left out, because they may hold the answer: 'TWF', 'HDF'",
    "e03_panel.csv": "'store' seems to tell 8 series apart",
    "e06_unsorted.csv": "The rows do not stand in order of 'time': they are sorted",
}
# file: the rows in which something was planted, among the strangest of the simplest detector
STRANGEST = {
    "a02_late_grouping.csv": [391, 334],
    "a07_integer_names.csv": [251],
    "b08_integer_time.csv": [334],
    "b13_far_dates_table.csv": [334],
    "b14_far_date_series.csv": [334],
    "c05_quoted_decimal_comma.csv": [334],
    "c11_huge.csv": [18, 19],
    "c13_huge_series.csv": [301, 334],
    "d04_plus_minus_one.csv": [51],
    "e06_unsorted.csv": [60],
    "e07_outlier_sets_limit.csv": [201, 301],
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """From a name to the file itself: that it is packed in the repository is no part of the case."""
    folder = tmp_path_factory.mktemp("cases")

    def unpack(name):
        if not (folder / name).exists():
            (folder / name).write_bytes(gzip.decompress((CASES / f"{name}.gz").read_bytes()))
        return folder / name

    return unpack


@pytest.fixture(scope="module")
def read(unpacked):
    """Each file is read once."""
    known = {}

    def read_once(name):
        if name not in known:
            reading = read_table(unpacked(name))
            known[name] = reading, describe_columns(reading.frame)
        return known[name]

    return read_once


def names(text):
    return tuple(name.replace("Meter_", "Meter ") for name in text.split())


def test_every_case_is_in_a_table():
    tested = {*SERIES, *TABLES, *REFUSED, "c23_wide_590.csv", "c25_html_names.csv"}
    assert tested == {path.name.removesuffix(".gz") for path in CASES.iterdir()}


@pytest.mark.parametrize("name", SERIES)
def test_series(read, name):
    step, n_rows, channels = SERIES[name]
    reading, columns = read(name)
    assert (columns.shape, columns.step, len(reading.frame)) == ("series", step, n_rows)
    assert columns.numbers == names(channels)
    assert all(reading.frame[channel].dtype.kind in "if" for channel in names(channels))


@pytest.mark.parametrize("name", TABLES)
def test_tables(read, name):
    n_rows, numbers, categories = TABLES[name]
    reading, columns = read(name)
    assert (columns.shape, len(reading.frame)) == ("table", n_rows)
    assert (columns.numbers, columns.categories) == (names(numbers), names(categories))


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_cure(unpacked, name):
    with pytest.raises(UnusableFile, match=REFUSED[name]):
        describe_columns(read_table(unpacked(name)).frame)


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(read, name):
    reading, columns = read(name)
    assert SAID[name] in " ".join([*reading.notes, *columns.notes])


@pytest.mark.parametrize("name", STRANGEST)
def test_the_strangest_rows(read, name):
    reading, columns = read(name)
    found = strangest(reading.frame, columns, len(STRANGEST[name]))
    assert sorted(found) == sorted(STRANGEST[name])


def strangest(frame, columns, n, labels=None):
    """Rows of the file, from 1, that the simplest detector finds strangest and flags."""
    prepared = prepare(frame, columns, labels)
    (entry,) = train_candidates(prepared, prepared.candidates()[:1])
    strangeness = strangeness_of_all(prepared, finish(prepared, entry)).to_numpy()
    order = np.argsort(-np.nan_to_num(strangeness, nan=-np.inf))[:n]
    assert (strangeness[order] > 1).all() and not np.isinf(strangeness).any()
    return (frame.index[order] + 1).tolist()


# -------------------------------------------------------------------- what only values or options show


def test_values_are_read_as_they_were_meant(read):
    assert read("a02_late_grouping.csv")[0].frame["last"].iloc[390] == 1234.56
    assert read("c01_accounting.csv")[0].frame["amount"].min() < -900
    assert read("c02_trailing_minus.csv")[0].frame["amount"].min() < -900
    assert read("c05_quoted_decimal_comma.csv")[0].frame["conc"].max() == 0.95
    assert read("b07_hour_24.csv")[0].frame["stamp"].diff().max() == HOUR
    assert str(read("b01_bigquery_utc.csv")[0].frame["event_time"].dtype) == "datetime64[us, UTC]"
    assert read("b11_epoch_1990s.csv")[0].frame["unix_ts"].iloc[0] == pd.Timestamp("1996-02-01")


def test_the_encoding_that_was_offered_reads_the_file(unpacked):
    frame = read_table(unpacked("a14_gb18030.csv"), encoding="gb18030").frame
    assert list(frame) == ["时间", "温度", "压力"] and describe_columns(frame).step == HOUR


def test_the_sentinel_that_was_suspected_can_be_named(unpacked):
    frame = read_table(unpacked("c09_sentinel.csv"), missing=-200).frame
    assert frame["co"].isna().mean() == pytest.approx(0.2, abs=0.01) and frame["co"].min() > 0


def test_codes_can_be_called_categories(read):
    frame = read("c16_coded_categories.csv")[0].frame
    columns = describe_columns(frame, category=["product", "status", "zone"])
    assert columns.categories == ("product", "status", "zone") and columns.numbers == ("weight",)


def test_590_columns_are_examined(unpacked):
    frame = read_table(unpacked("c23_wide_590.csv")).frame
    columns = describe_columns(frame)
    assert columns.shape == "series" and len(columns.numbers) == 590
    assert columns.notes[0].startswith("'Pass/Fail' looks like a label and is left out")
    assert 0 < read_labels(frame["Pass/Fail"], anomaly=1).sum() < 20


def test_names_with_markup_are_names(read):
    reading, columns = read("c25_html_names.csv")
    assert list(reading.frame)[:3] == ["<script>alert(1)</script>", 'a, "b"', "line\nbreak"]
    assert columns.shape == "table" and len(columns.numbers) == 4


def test_answers_are_understood_and_no_input(read):
    kdd = read("d02_kdd_dot.csv")[0].frame
    attacks = read_labels(kdd["label"])
    assert np.array_equal(attacks == 0, kdd["label"] == "normal.")
    assert np.array_equal(read_labels(kdd["label"], anomaly=["smurf.", "neptune."]), attacks)
    leak = read("d06_leak.csv")[0].frame
    columns = describe_columns(leak, label="Machine failure")
    assert columns.numbers == ("temp", "torque", "wear")
    assert columns.table.loc["TWF", "why"].startswith("one of its values comes with anomalies")
    assert "changepoint" not in read("d01_label_40pct.csv")[1].numbers
