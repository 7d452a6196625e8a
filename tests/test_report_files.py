"""Parquet, Excel and zstd: read as the same table in CSV is, types kept; what is said where a package is missing."""

import datetime
import sys

from helpers.report import UnusableFile, describe_columns, read_table

import numpy as np
import pandas as pd
import pytest

N = 300
FRAME = pd.DataFrame(
    {
        "time": pd.date_range("2024-03-01", periods=N, freq="h"),
        "load": np.random.default_rng(0).normal(50, 5, N).round(3),
        "count": np.arange(N) % 17,
        "zone": pd.array(["00123", "00456", "00789"] * (N // 3), dtype="str"),
    }
)


@pytest.fixture
def parquet(tmp_path):
    pytest.importorskip("pyarrow")

    def write(frame, **options):
        frame.to_parquet(tmp_path / "my.parquet", **options)
        return tmp_path / "my.parquet"

    return write


@pytest.fixture
def workbook(tmp_path):
    """From sheets, {title: rows}, to a file."""
    openpyxl = pytest.importorskip("openpyxl")

    def write(sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "my.xlsx")
        return tmp_path / "my.xlsx"

    return write


ROWS = [list(FRAME), *([time.to_pydatetime(), *rest] for time, *rest in FRAME.itertuples(index=False))]


def problem(path, **options):
    with pytest.raises(UnusableFile) as caught:
        read_table(path, **options)
    return str(caught.value)


# -------------------------------------------------------------------- Parquet


def test_parquet_keeps_its_types(parquet):
    reading = read_table(parquet(FRAME))
    pd.testing.assert_frame_equal(reading.frame, FRAME, check_dtype=False)
    assert reading.frame["time"].dtype.kind == "M"
    assert reading.notes == ("'zone' has numbers with leading zeros: codes, read as text.",)
    assert repr(reading).startswith("my.parquet: 300 rows, 4 columns, delimiter none (Parquet), binary")
    columns = describe_columns(reading.frame)
    assert (columns.shape, columns.numbers) == ("series", ("load", "count"))


def test_an_index_of_times_is_a_column(parquet):
    frame = read_table(parquet(FRAME.set_index("time")[["load"]])).frame
    assert describe_columns(frame).time == "time"


@pytest.mark.parametrize(
    ("values", "kind", "first"),
    [
        (FRAME["time"].dt.tz_localize("Europe/Berlin"), "M", pd.Timestamp("2024-03-01", tz="Europe/Berlin")),
        (FRAME["time"].dt.date, "M", pd.Timestamp("2024-03-01")),
        (pd.to_timedelta(FRAME["count"], unit="min"), "f", 0.0),
        (FRAME["zone"].astype("category"), "O", "00123"),
        (FRAME["load"].where(FRAME.index > 0).astype("Float64"), "f", np.nan),
        (FRAME["count"].map(lambda n: [n]), "O", "[0]"),
        (FRAME["count"].astype("str"), "f", 0.0),  # numbers as text are numbers, as in any file
    ],
    ids=["zone", "days", "durations", "categories", "holes", "lists", "texts"],
)
def test_types_that_tables_of_text_do_not_have(parquet, values, kind, first):
    column = read_table(parquet(FRAME.assign(odd=values))).frame["odd"]
    assert column.dtype.kind == kind
    assert column.iloc[0] == first or np.isnan(first)


def test_parquet_in_parts(parquet):
    path = parquet(FRAME, row_group_size=50)
    assert read_table(path, columns=["load"]).frame.columns.tolist() == ["load"]
    sample = read_table(path, rows=40).frame
    assert len(sample) == 40 and sample["load"].equals(FRAME["load"][sample.index])
    assert read_table(path, missing=16).frame["count"].isna().sum() == (FRAME["count"] == 16).sum()
    assert "would take about" in problem(path, memory_limit=0.005)


def test_a_broken_parquet_file_is_a_sentence(parquet):
    path = parquet(FRAME)
    path.write_bytes(path.read_bytes()[:-50])
    assert problem(path).startswith("my.parquet is damaged: ") and problem(path).endswith("Fetch it again.")
    assert "holds columns and no row" in problem(parquet(FRAME[:0]))


# -------------------------------------------------------------------- Excel


def test_a_sheet_is_read_as_its_csv_would_be(workbook):
    reading = read_table(workbook({"Sheet1": ROWS}))
    assert reading.notes == ("'zone' has numbers with leading zeros: codes, read as text.",)
    pd.testing.assert_frame_equal(reading.frame, FRAME, check_dtype=False)


def test_the_first_sheet_with_a_table_is_read_and_said(workbook):
    reading = read_table(workbook({"About": [["Made by hand"], ["Ask Eva"]], "Data": ROWS, "More": ROWS[:9]}))
    assert len(reading.frame) == N
    assert "Of the sheets, 'Data' is read, the first with a table (About, More: not read)." in reading.notes


def test_titles_totals_and_an_empty_column_are_seen_through(workbook):
    rows = [[None, "Report"], [], *([None, *row[:2]] for row in ROWS), [None, "Total", 15_000.0]]
    reading = read_table(workbook({"Sheet1": rows}))
    assert list(reading.frame) == ["time", "load"] and len(reading.frame) == N
    assert reading.frame["time"].equals(FRAME["time"].astype(reading.frame["time"].dtype))
    assert any("The last row holds 'Total'" in note for note in reading.notes)


def test_day_and_clock_in_two_cells_are_one_time(workbook):
    rows = [["day", "clock", "load"]]
    rows += [
        [time.to_pydatetime().replace(hour=0), time.time(), load] for time, load, *_ in FRAME.itertuples(index=False)
    ]
    assert describe_columns(read_table(workbook({"S": rows})).frame).step == pd.Timedelta(hours=1)
    assert isinstance(rows[1][1], datetime.time)


def test_documents_that_hold_no_table(workbook):
    assert problem(workbook({"Sheet1": [["words"], ["and words"]]})) == (
        "No sheet of my.xlsx holds a table: rows with numbers or dates."
    )
    path = workbook({"Sheet1": ROWS})
    path.write_bytes(path.read_bytes()[:-30])
    assert "zip archive" in problem(path) or "unpacked" in problem(path) or "Excel" in problem(path)


# -------------------------------------------------------------------- zstd


def test_zstd_is_unpacked(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    packed = zstandard.ZstdCompressor().compress(FRAME.to_csv(index=False).encode())
    (tmp_path / "my.csv.zst").write_bytes(packed)
    assert read_table(tmp_path / "my.csv.zst").frame["load"].equals(FRAME["load"])
    (tmp_path / "cut.csv.zst").write_bytes(packed[: len(packed) // 2])
    assert "cut.csv.zst" in problem(tmp_path / "cut.csv.zst")


# -------------------------------------------------------------------- without the packages


@pytest.mark.parametrize(
    ("name", "content", "package"),
    [
        ("my.parquet", b"PAR1" + bytes(50) + b"PAR1", "pyarrow"),
        ("my.csv.zst", b"\x28\xb5\x2f\xfd" + bytes(9), "zstandard"),
    ],
)
def test_a_missing_package_is_named_with_the_way_to_install_it(tmp_path, monkeypatch, name, content, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / name).write_bytes(content)
    sentence = problem(tmp_path / name)
    assert f"{package} reads it, which is not installed" in sentence
    assert "-m pip install -e '.[files]'; or write the table as CSV" in sentence
