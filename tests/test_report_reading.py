"""Reading a stranger's table: every layout is found, every broken file gets its sentence, memory stays flat."""

import bz2
import gzip
import lzma
import subprocess
import sys
import zipfile

from helpers.report.errors import UnusableFile
from helpers.report.reading.files import read_table

import numpy as np
import pandas as pd
import pytest

TABLE = "time,size,colour\n2025-01-01 00:00,1.5,red\n2025-01-01 01:00,2.5,blue\n2025-01-01 02:00,,red\n"


@pytest.fixture
def write(tmp_path):
    def write(content, name="my.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def problem(path, **options):
    with pytest.raises(UnusableFile) as caught:
        read_table(path, **options)
    return str(caught.value)


# -------------------------------------------------------------------- layouts that are found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(write, delimiter):
    reading = read_table(write(TABLE.replace(",", delimiter)))
    assert reading.delimiter == delimiter
    assert list(reading.frame) == ["time", "size", "colour"]
    np.testing.assert_array_equal(reading.frame["size"], [1.5, 2.5, np.nan])
    assert reading.frame["time"].iloc[1] == pd.Timestamp("2025-01-01 01:00")
    assert reading.notes == ()


def test_any_number_of_blanks_is_one_delimiter(write):
    reading = read_table(write("a   bb  c\n 1   2.5 3\n10   3.5 4\n"))
    assert reading.frame.to_numpy().tolist() == [[1, 2.5, 3], [10, 3.5, 4]]


@pytest.mark.parametrize(
    "text, delimiter",
    [
        ("day;note\n1,5;a,b,c\n2,5;d,e,f\n", ";"),  # more commas than semicolons
        ("full name,the size\nAnn Lee,1\nBo Ek,2\n", ","),  # a blank in every field
        ("name, first\tsize\nLee, Ann\t1\nEk, Bo\t2\n", "\t"),  # a comma in every line
    ],
)
def test_other_characters_do_not_mislead(write, text, delimiter):
    assert read_table(write(text)).delimiter == delimiter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_say_so(write, encoding):
    frame = read_table(write("größe;Ort\n1;Köln\n2;Łódź\n", encoding=encoding)).frame
    assert list(frame) == ["größe", "Ort"]
    assert frame["Ort"].tolist() == ["Köln", "Łódź"]


def test_a_named_encoding_is_used(write):
    assert read_table(write("a;b\n1;Köln\n", encoding="cp1252"), encoding="cp1252").frame["b"][0] == "Köln"


def _zipped(path, text):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/table.csv", text)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", ["my.csv", "my.csv.gz"])
def test_compressed_whatever_the_name(write, compress, name):
    assert read_table(write(compress(TABLE.encode()), name)).frame.shape == (3, 3)


def test_a_zip_of_one_file(tmp_path):
    _zipped(tmp_path / "my.zip", TABLE)
    assert read_table(tmp_path / "my.zip").frame.shape == (3, 3)


def test_quoted_delimiters_newlines_and_doubled_quotes(write):
    frame = read_table(write('a,b\n"one, two\nthree",1\n"say ""hi""",2\n')).frame
    assert frame["a"].tolist() == ["one, two\nthree", 'say "hi"']


def test_names_are_stripped_and_missing_ones_made(write):
    reading = read_table(write(" a ,,c\n1,2,3\n"))
    assert list(reading.frame) == ["a", "column_2", "c"]
    assert reading.notes == ("No name in the first line for column_2: called so.",)


@pytest.mark.parametrize("text", ["1,2.5,x\n2,3.5,y\n3,1.5,x\n", "2025-01-01,4\n2025-01-02,5\n2025-01-03,4\n"])
def test_a_missing_header_is_noticed(write, text):
    reading = read_table(write(text))
    assert reading.n_rows == 3
    assert reading.frame.columns[0] == "column_1"
    assert "The first line holds data, no names" in reading.notes[0]


@pytest.mark.parametrize("text", ["country,1990,1991\nDE,1,2\nFR,3,4\n", "id,x\na,b\nc,d\n"])
def test_numbers_among_names_are_still_names(write, text):
    assert list(read_table(write(text)).frame) == text.split("\n")[0].split(",")


TIMES = ["2024-03-01 00:00", "2024-03-01 01:00", "2024-03-01 02:00"]
AROUND = {  # what stands above and below the names, or in place of them
    "what Excel writes first": "sep=;\na;b\n1;2\n3;4\n",
    "a title": "Sales 2025\na,b,c\n1,2,3\n4,5,6\n",
    "titles padded by a spreadsheet": "Monthly report,,\nPrinted 2024-05-02,,\n,,\na,b,c\n1,2,3\n4,5,6\n",
    "comments": "# station 7\n# metres\na,b\n1,2\n3,4\n",
    "names in a comment": "# a,b\n1,2\n3,4\n",
    "units": "a,b\nkW,m/s\n1,2\n3,4\n",
    "two more headings": "a,b\nAB,CD\nx,\n1,2\n3,4\n5,6\n7,8\n",
    "a logger's heading": '"TOA5","7","CR3"\n"a","b","c"\n"s","m","m"\n"","Smp","Smp"\n1,2,3\n4,5,6\n7,8,9\n1,2,3\n',
    "a row of totals": "a,b,c\nx,1,2\ny,3,4\nTotal,4,6\n",
    "empty rows at the end": "a,b\n1,2\n3,4\n,\n,\n",
    "nameless empty columns": "a,b,,\n1,2,,\n3,4,,\n",
    "names that count": "0,1,2\n0.5,0.7,1\n0.4,0.9,1\n",
}


@pytest.mark.parametrize("text", AROUND.values(), ids=AROUND)
def test_what_stands_around_the_data_is_left_out(write, text):
    reading = read_table(write(text))
    names = "".join(reading.frame)
    assert names in ("ab", "abc", "012")
    n = {"units": 2, "two more headings": 4, "a logger's heading": 4}.get(
        next(k for k, v in AROUND.items() if v == text), 2
    )
    assert len(reading.frame) == n
    assert reading.frame[names[-1]].dtype.kind in "if" and reading.frame.notna().all(axis=None)
    assert reading.notes or text.startswith(("sep=", "0,1,2", "# a,b"))


def test_line_numbers_count_the_lines_of_the_file(write):
    text = "Report\n\na,b,c\nkW,V,A\n" + "1,2,3\n" * 40 + "1,x,3\n" + "4,5,6\n" * 40
    assert "but also 'x' (line 45)" in " ".join(read_table(write(text)).notes)
    assert problem(write(text.replace("1,x,3", "1,2"))).startswith("Line 45 of my.csv has 2 fields")


def test_names_of_rows_as_r_writes_them(write):
    reading = read_table(write('"t","x"\n"1","a",5\n"2","b",6\n"3","c",7\n'))
    assert reading.frame.to_dict("list") == {"row_name": [1, 2, 3], "t": ["a", "b", "c"], "x": [5, 6, 7]}


def test_the_first_row_of_data_is_no_heading(write):
    """Words that belong to the data stay: a column of texts, a number in the row, counting that goes on."""
    assert len(read_table(write("a,b\nred,blue\nred,green\n")).frame) == 2
    assert len(read_table(write("a,b\nn/a,5\n3,4\n5,6\n")).frame) == 3
    assert len(read_table(write("name,a\nTotal,5\nTotal,4\n")).frame) == 2


@pytest.mark.parametrize(
    "stamps",
    [
        [f"{time}:00 UTC" for time in TIMES],
        ["2024-03-01 00.00.00", "2024-03-01 01.00.00", "2024-03-01 02.00.00"],
        ["20240301T000000Z", "20240301T010000Z", "20240301T020000Z"],
        ["2024/02/29 24:00", "2024/03/01 01:00", "2024/03/01 02:00"],
        ["202403010000", "202403010100", "202403010200"],
        ["1709251200", "1709254800", "1709258400"],
        ["1709251200000", "1709254800000", "1709258400000"],
    ],
)
def test_times_as_machines_write_them(write, stamps):
    times = read_table(write("time,x\n" + "".join(f"{stamp},1.5\n" for stamp in stamps))).frame["time"]
    assert times.dt.tz_localize(None).tolist() == list(pd.to_datetime(TIMES))


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["20160103", "20160110"], "2016-01-03"),
        (["1996-02", "1996-03"], "1996-02-01"),
        (["199602", "199603"], "1996-02-01"),
        (["Feb 1996", "Mar 1996"], "1996-02-01"),
        (["823132800", "823136400"], "1996-02-01"),
    ],
)
def test_days_and_months_in_figures(write, texts, first):
    frame = read_table(write("period,x\n" + "".join(f"{text},1.5\n" for text in texts))).frame
    assert frame["period"].iloc[0] == pd.Timestamp(first)


def test_figures_without_the_name_of_a_time_stay_numbers(write):
    frame = read_table(write("amount,time\n20160103,1\n20160110,2\n")).frame
    assert frame.dtypes.map(lambda kind: kind.kind).tolist() == ["i", "i"]


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("Date;Time", ["01/03/2024;00:00:00", "01/03/2024;01:00:00", "13/03/2024;02:00:00"]),
        ("day;hour", ["2024-03-01;0", "2024-03-01;1", "2024-03-13;2"]),
        ("day;time", ["2024-03-01;12:00 AM", "2024-03-01;1:00 am", "2024-03-13;02:00 AM"]),
    ],
)
def test_a_day_and_its_clock_are_joined(write, head, rows):
    frame = read_table(write(f"{head};x\n" + "".join(f"{row};5\n" for row in rows))).frame
    assert list(frame) == [head.split(";")[0], "x"]
    assert frame.iloc[:, 0].tolist() == [*pd.to_datetime(TIMES[:2]), pd.Timestamp("2024-03-13 02:00")]


def test_two_clocks_or_a_clock_without_a_day_stay(write):
    assert list(read_table(write("day,open,close\n2024-03-01,08:00,18:00\n2024-03-02,09:00,17:00\n")).frame) == [
        "day", "open", "close",
    ]  # fmt: skip
    assert list(read_table(write("hour,x\n1,2\n2,3\n")).frame) == ["hour", "x"]


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["(1,234.50)", "415.61"], [-1234.5, 415.61]),
        (["1245,32-", "1530,80"], [-1245.32, 1530.8]),
        (["12.3%", "14%"], [12.3, 14]),
        (["350 ms", "360 ms"], [350, 360]),
        (["1.5 GiB", "512 MiB"], [1.5 * 2**30, 2.0**29]),
        (["0,950", "1,583"], [0.95, 1.583]),
        (["1,583", "2,100"], [1583, 2100]),
    ],
)
def test_numbers_as_offices_write_them(write, texts, numbers):
    frame = read_table(write("a;b\n" + "".join(f"{text};x\n" for text in texts * 3)), delimiter=";").frame
    quoted = read_table(write("a,b\n" + "".join(f'"{text}",x\n' for text in texts * 3))).frame
    wanted = numbers if texts[0] != "1,583" else [1.583, 2.1]  # between semicolons a comma is rather a decimal sign
    assert frame["a"].tolist() == pytest.approx(wanted * 3)
    assert quoted["a"].tolist() == pytest.approx(numbers * 3)


def test_one_column_tells_of_the_others_comma(write):
    frame = read_table(write('x,y\n"0,500","1,583"\n"0,512","1,601"\n')).frame
    assert frame["y"].tolist() == [1.583, 1.601]


def test_seats_and_codes_are_no_measures(write):
    seats = [f"{i}{letter}" for i in range(1, 9) for letter in "ABCF"]
    frame = read_table(write("seat,x\n" + "".join(f"{seat},1\n" for seat in seats))).frame
    assert frame["seat"].tolist() == seats


def test_a_historians_remarks_are_holes(write):
    values = ["1.5", "2.5", "Bad Input", "#DIV/0!", "1.5", "2.5", "2.7"] * 20
    frame = read_table(write("tag,x\n" + "".join(f"{value},{i}\n" for i, value in enumerate(values)))).frame
    assert frame["tag"].isna().sum() == 40 and frame["tag"].mean() == pytest.approx(2.14)


def test_an_object_a_line(write):
    lines = ['{"a": 1, "b": {"c": "x"}}', "", '{"a": 2.5, "b": {"c": "y"}, "d": [1]}', '{"a": null}']
    reading = read_table(write("\n".join(lines), "events.jsonl"))
    assert list(reading.frame) == ["a", "b.c", "d"] and reading.n_rows == 3
    assert reading.frame["a"].tolist()[:2] == [1, 2.5]
    assert problem(write("\n".join([lines[0]] * 12 + ["[1]"]))).startswith("Line 13 of my.csv holds no JSON object")


def test_zeros_that_a_power_cut_left(write):
    reading = read_table(write(TABLE.encode() + bytes(64)))
    assert len(reading.frame) == 3
    assert reading.notes[0].startswith("64 zero bytes at the end of the file are left out")


def test_a_delimiter_at_the_end_of_each_row(write):
    assert read_table(write("a,b\n1,2,\n3,4,\n")).frame.to_numpy().tolist() == [[1, 2], [3, 4]]


# -------------------------------------------------------------------- values


@pytest.mark.parametrize(
    "cells, values",
    [
        (["1.234,50", "12,5", "7"], [1234.5, 12.5, 7]),
        (["0,5", "-3,25", "1,5e3"], [0.5, -3.25, 1500]),
        (["1 234,5", "2,5", "3,5"], [1234.5, 2.5, 3.5]),
    ],
)
def test_decimal_commas(write, cells, values):
    reading = read_table(write("x;y\n" + "".join(f"{cell};a\n" for cell in cells)))
    assert reading.frame["x"].tolist() == values
    assert reading.notes == ("Numbers are read with a decimal comma.",)


@pytest.mark.parametrize(
    "cells, values",
    [
        (['"1,234.50"', "12.5"], [1234.5, 12.5]),
        (['"$1,234"', "$5"], [1234, 5]),
        (["1'000", "2"], [1000, 2]),
        (["12 %", "7 %"], [12, 7]),
        ([" 1.5", "2.5 "], [1.5, 2.5]),
    ],
)
def test_grouped_thousands_and_signs(write, cells, values):
    frame = read_table(write("x,y\n" + "".join(f"{cell},a\n" for cell in cells))).frame
    assert frame["x"].tolist() == values


def test_commas_that_may_group_thousands_are_said(write):
    reading = read_table(write("x;y\n1,234;a\n5,678;b\n"))
    assert reading.frame["x"].tolist() == [1.234, 5.678]
    assert reading.notes == (
        "Numbers are read with a decimal comma (1,234 as 1.234); if commas group thousands here, "
        "remove them from the file first.",
    )


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "?", "-", ".", "null", "NaN", "None"])
def test_marks_of_missing_values(write, mark):
    frame = read_table(write(f"x,y\n1,a\n{mark},b\n")).frame
    assert frame["x"].isna().tolist() == [False, True]


def test_booleans_and_leading_zeros(write):
    reading = read_table(write("flag,zip\nTrue,01234\nFalse,99999\n"))
    assert reading.frame["flag"].dtype == bool
    assert reading.frame["zip"].tolist() == ["01234", "99999"]
    assert reading.notes == ("'zip' has numbers with leading zeros: codes, read as text.",)


def test_infinity_is_missing_and_said(write):
    reading = read_table(write("x,y\n1,2\ninf,3\n"))
    assert reading.frame["x"].isna().tolist() == [False, True]
    assert reading.notes == ("'x' holds infinity (1 times, first in line 3): taken as missing.",)


@pytest.mark.parametrize(
    "cells, first",
    [
        (["2025-03-31", "2025-04-01"], "2025-03-31"),
        (["2022-03-20T10:00Z", "2022-03-20T11:00Z"], "2022-03-20 10:00+00:00"),
        (["2025-03-30 01:00+01:00", "2025-03-30 03:00+02:00"], "2025-03-30 00:00+00:00"),
        (["31.03.2025 14:05", "01.04.2025 14:05"], "2025-03-31 14:05"),
        (["31/03/2025", "01/04/2025"], "2025-03-31"),
        (["03/31/2025 2:05 PM", "04/01/2025 2:05 PM"], "2025-03-31 14:05"),
        (["31 Mar 2025", "1 Apr 2025"], "2025-03-31"),
        (["31/Mar/2025:10:00:00 +0200", "31/Mar/2025:11:00:00 +0200"], "2025-03-31 08:00+00:00"),
        (["2025-03-31", "2025-04-01 10:00"], "2025-03-31"),
        (["31.03.25", "01.04.25"], "2025-03-31"),
    ],
)
def test_dates(write, cells, first):
    frame = read_table(write("when;x\n" + "".join(f"{cell};1\n" for cell in cells))).frame
    assert frame["when"].iloc[0] == pd.Timestamp(first)
    assert frame["when"].notna().all()


@pytest.mark.parametrize(
    "cells", [["12-34", "56-78"], ["1.2.3", "1.2.4"], ["A-1-2", "B-1-2"], ["555-1234-5", "555-9-9"]]
)
def test_codes_are_no_dates(write, cells):
    frame = read_table(write("when;x\n" + "".join(f"{cell};1\n" for cell in cells))).frame
    assert frame["when"].tolist() == cells


def test_day_and_month_are_told_by_the_order_of_rows(write):
    months = read_table(write("when,x\n11/01/2024,1\n11/02/2024,2\n12/01/2024,2\n"))
    assert months.frame["when"].tolist() == list(pd.to_datetime(["2024-11-01", "2024-11-02", "2024-12-01"]))
    assert months.notes == ("'when': 11/01/2024 is read as month/day, because the rows are in time order then.",)


@pytest.mark.parametrize(
    "cells",
    [
        ("03/04/2025", "01/02/2025", "02/01/2025"),  # in order neither way
        ("03/04/2025", "04/05/2025", "05/06/2025"),  # in order both ways
    ],
)
def test_day_and_month_that_cannot_be_told_stay_text(write, cells):
    reading = read_table(write("when,x\n" + "".join(f"{cell},1\n" for cell in cells)))
    assert reading.frame["when"].iloc[0] == "03/04/2025"
    assert reading.notes == (
        "'when' holds dates whose day and month cannot be told apart, such as 03/04/2025 "
        "(line 2). It is read as text; write them one way.",
    )


def test_dates_in_two_formats_name_the_first_line_of_each(write):
    late = "".join(f"2025-01-{day:02},1\n" for day in range(1, 29)) + "31.12.2025,2\n" * 5
    reading = read_table(write("when,x\n" + late))
    assert reading.notes == (
        "'when' holds dates in two formats: 2025-01-01 (line 2) and 31.12.2025 (line 30). "
        "It is read as text; write them one way.",
    )


@pytest.mark.parametrize("usual, other", [("2025-01-{:02}", "31.12.2025"), ("{:02}.01.2025", "Dec 31, 2025")])
@pytest.mark.parametrize("row", [0, 7, 8, 9, 559])
def test_a_single_date_in_another_format_is_not_taken_as_missing(write, usual, other, row):
    rows = [usual.format(day) for day in range(1, 29)] * 20
    rows[row] = other
    note = read_table(write("when;x\n" + "".join(f"{cell};1\n" for cell in rows))).notes[0]
    assert f"{other} (line {row + 2})" in note and "dates in two formats" in note


@pytest.mark.parametrize("unit", [1, 1000])
def test_seconds_since_1970(write, unit):
    reading = read_table(write(f"timestamp,amount\n{1735689600 * unit},1735689600\n{1735693200 * unit},1735689601\n"))
    assert reading.frame["timestamp"].iloc[0] == pd.Timestamp("2025-01-01")
    assert reading.frame["amount"].dtype == "int64"
    assert "since 1970: read as times, the first is 2025-01-01 00:00:00." in reading.notes[0]


def test_a_few_odd_values_are_missing_and_named_by_line(write):
    rows = [f"{i},{i / 2}\n" for i in range(100)]
    rows[56] = "none at all,3\n"
    reading = read_table(write("a,b\n" + "".join(rows)))
    assert reading.frame["a"].isna().sum() == 1
    assert reading.notes == ("'a' holds numbers, but also 'none at all' (line 58): taken as missing.",)


def test_lines_are_counted_as_in_the_file(write):
    rows = [f'{i},"two\nlines"\n' for i in range(100)]
    rows[50] = 'odd,"two\nlines"\n'
    assert "'odd' (line 102)" in read_table(write("a,b\n" + "".join(rows))).notes[0]


def test_many_odd_values_make_it_text(write):
    rows = "".join(f"{'x' if i % 4 == 3 else ''}{i},1\n" for i in range(100))
    reading = read_table(write("a,b\n" + rows))
    assert reading.frame["a"].iloc[2:4].tolist() == ["2", "x3"]
    assert reading.notes == (
        "'a' mixes numbers and texts: 25 of 100 values are no numbers, the first 'x3' (line 5). "
        "It is read as text; mend the file if it should hold numbers.",
    )


def test_types_do_not_depend_on_where_a_chunk_ends(write, monkeypatch):
    rows = "".join(f"{i},{i % 7}\n" for i in range(990)) + "gone,1\n" * 10
    whole = read_table(write("a,b\n" + rows))
    monkeypatch.setattr("helpers.report.reading.files.CHUNK_CELLS", 100)
    chunked = read_table(write("a,b\n" + rows))
    pd.testing.assert_frame_equal(whole.frame, chunked.frame)
    assert whole.notes == chunked.notes
    assert "10 other values, the first 'gone' (line 992)" in whole.notes[0]


# -------------------------------------------------------------------- files that are refused


def png():
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def excel(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")


MEND = "Mend that line: a missing quotation mark, or a delimiter inside a text, is the usual reason."
REFUSED = {
    "empty": (b"", "my.csv is empty. Was it cut off when it was saved or downloaded?"),
    "blank": (b" \n\n", "my.csv is empty. Was it cut off when it was saved or downloaded?"),
    "header only": (
        b"a,b\n",
        "my.csv holds a line of column names and no row below it. Was it cut off when it was saved or downloaded?",
    ),
    "one column": (
        b"word\nab\ncd\n",
        "my.csv has a single column, 'word'. If another character than comma, semicolon, "
        "tab, | or blank separates its fields, pass it as delimiter= (--delimiter). If it is a series, "
        "write one number a line and nothing else.",
    ),
    "duplicate names": (
        b"a,b, a,b\n1,2,3,4\n",
        "my.csv has names more than once among its columns: a, b. Give each column a name of its own.",
    ),
    "a line too long": (b"a,b\n1,2\n3,4,5\n", f"Line 3 of my.csv has 3 fields, and there are 2 column names. {MEND}"),
    "a line too short": (b"a,b\n1,2\n3\n4,5\n", f"Line 3 of my.csv has 1 field, and there are 2 column names. {MEND}"),
    "a header of other length": (
        b"9,2,good\n1,2,3,4,5\n6,7,8,9,1\n",
        f"Line 2 of my.csv has 5 fields, and there are 3 column names. {MEND}",
    ),
    "picture": (png(), "my.csv is a picture (PNG), not a CSV file. This report reads tables: name a CSV file."),
    "old Excel": (
        b"\xd0\xcf\x11\xe0" + bytes(99),
        "my.csv is an old Excel file, not a CSV file. Open it in Excel and save it as CSV (UTF-8).",
    ),
    "zeros": (b"abc\x00def\n" * 9, "my.csv is a binary file, not text (byte 4 is zero). Save the table as CSV."),
    "no mark": (
        "a,b\n1,2\n".encode("utf-16-le"),
        "Every other byte of my.csv is zero: UTF-16 without the mark that "
        "says so? Then pass encoding='utf-16-le' (--encoding utf-16-le).",
    ),
    "web page": (
        b"<!DOCTYPE html><html>",
        "my.csv is a web page or XML, not a CSV file. Was a page saved in place of the file that it links to?",
    ),
    "JSON": (
        b'[{"a": 1}]',
        "my.csv is JSON, not a CSV file. Write it as CSV: pandas.read_json(path).to_csv('table.csv', index=False).",
    ),
}


@pytest.mark.parametrize("content, sentence", REFUSED.values(), ids=REFUSED)
def test_each_broken_file_gets_its_sentence(write, content, sentence):
    assert problem(write(content)) == sentence


def test_missing_file_and_folder(tmp_path):
    assert problem(tmp_path / "no.csv") == (
        f"There is no file {tmp_path / 'no.csv'}. Check its name and the folder you are in."
    )
    assert problem(tmp_path) == f"{tmp_path} is a folder. Name one CSV file in it."


def test_a_file_that_may_not_be_read(write, monkeypatch):
    path = write(TABLE)

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    assert problem(path) == f"{path} may not be read by you. Ask its owner for permission, or copy it."


def test_excel_and_archives_of_several_files(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    excel(tmp_path / "my.csv")
    assert problem(tmp_path / "my.csv") == (
        "my.csv is an Excel file (or another document of Office): openpyxl reads it, which is not installed. In the "
        "course's folder, install it with .venv/bin/python -m pip install -e '.[files]'; or write the table as CSV."
    )
    with zipfile.ZipFile(tmp_path / "my.zip", "w") as archive:
        archive.writestr("folder/a.csv", TABLE)
        archive.writestr("folder/b.csv", TABLE)
    assert problem(tmp_path / "my.zip") == (
        "my.zip is a zip archive of 2 files, which table is meant? Unpack it and name one CSV file."
    )


def test_a_damaged_archive(write):
    half = gzip.compress(np.random.default_rng(0).bytes(9000).hex().encode())[:4000]
    assert "my.csv.gz is compressed and cannot be unpacked" in problem(write(half, "my.csv.gz"))


@pytest.mark.parametrize("n_before", [1, 60_000])
def test_not_utf8_names_line_and_remedy(write, n_before):
    content = "id;town\n" + "1;Bonn\n" * n_before + "2;Köln\n" + "3;Ulm\n" * 10
    assert problem(write(content, encoding="cp1252")) == (
        f"my.csv is not UTF-8: line {n_before + 2} holds bytes that do not fit. Read as cp1252: 2;Köln; as gb18030: "
        "2;K鰈n; as cp1251: 2;Kцln. Pass the one that looks right (--encoding cp1252)."
    )


def test_unknown_encodings_and_delimiters(write):
    assert problem(write(TABLE), encoding="klingon").startswith("There is no encoding 'klingon'.")
    assert problem(write(TABLE), delimiter=",,") == (
        "delimiter=',,': name one character, such as ',' or ';' (a tab is '\\t')."
    )


def test_the_wrong_delimiter(write):
    assert problem(write(TABLE), delimiter=";") == (
        "With the delimiter ';' my.csv has a single column; with ',' it has 3. Pass delimiter=',' (--delimiter), or "
        "nothing: it is found."
    )


@pytest.mark.parametrize("n", [10, 50_000])
@pytest.mark.parametrize("bad, width", [("1,2", 2), ("1,2,3,4", 4)])
def test_uneven_lines_are_found_wherever_they_stand(write, n, bad, width):
    content = "a,b,c\n" + "1,2,3\n" * n + bad + "\n" + "1,2,3\n"
    start = f"Line {n + 2} of my.csv has {width} fields, and there are 3 column names."
    assert problem(write(content)).startswith(start)


@pytest.mark.parametrize(
    "text, start",
    [
        (
            'a,b\n1,2\n"3,4\n5,6\n' + "7,8\n" * 60_000,
            "In line 3 of my.csv a quotation mark is opened and never closed.",
        ),
        (
            "a,b\n" + "7,8\n" * 90_000 + '"3,4\n5,6\n',
            "In my.csv a quotation mark is opened in or after line 90002 and never closed.",
        ),
        ('"' + "a,b\n" * 90_000, "In line 1 of my.csv a quotation mark is opened and never closed."),
        ('a,b\n1,2\n3,"4\n5,6\n', "In my.csv a quotation mark is opened in or after line 3 and never closed."),
    ],
)
def test_a_quotation_mark_that_is_never_closed(write, text, start):
    assert problem(write(text)).startswith(start)


def test_a_quoted_text_across_the_end_of_what_is_sniffed(write, monkeypatch):
    monkeypatch.setattr("helpers.report.reading.opening.HEAD_BYTES", 100)
    frame = read_table(write('a,b\n"' + "one\n" * 60 + '",2\n3,4\n')).frame
    assert frame["b"].tolist() == [2, 4]


def test_an_empty_last_field_is_no_short_line(write):
    assert read_table(write("a,b\n1,\n2,3\n")).frame["b"].isna().tolist() == [True, False]


# -------------------------------------------------------------------- some columns, some rows, too many


def test_some_columns(write):
    assert list(read_table(write(TABLE), columns=["colour", "size"]).frame) == ["size", "colour"]
    assert problem(write(TABLE), columns=["color"]) == "my.csv has no column 'color'. Did you mean 'colour'?"
    assert problem(write(TABLE), columns=["zzz"]) == "my.csv has no column 'zzz'. It has time, size, colour."


@pytest.mark.parametrize("rows", [0, -3, 2.5, True])
def test_rows_must_be_a_count(write, rows):
    assert problem(write(TABLE), rows=rows).startswith(f"rows={rows!r}: name how many rows to draw")


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "counted.csv"
    path.write_text("i,x\n" + "".join(f"{i},{i * 0.5}\n" for i in range(5000)))
    return path


def test_a_sample_keeps_order_numbers_and_seed(counted, monkeypatch):
    monkeypatch.setattr("helpers.report.reading.files.CHUNK_CELLS", 1000)
    reading = read_table(counted, rows=100, random_state=3)
    assert (len(reading.frame), reading.n_rows) == (100, 5000)
    assert reading.frame.index.is_monotonic_increasing
    np.testing.assert_array_equal(reading.frame.index, reading.frame["i"])
    assert reading.notes == ("A random sample of 100 of 5,000 rows was read; they keep their order and number.",)
    pd.testing.assert_frame_equal(reading.frame, read_table(counted, rows=100, random_state=3).frame)
    assert not reading.frame.index.equals(read_table(counted, rows=100, random_state=4).frame.index)


def test_a_sample_draws_every_row_with_equal_chance(counted, monkeypatch):
    monkeypatch.setattr("helpers.report.reading.files.CHUNK_CELLS", 1000)
    drawn = np.concatenate([read_table(counted, rows=500, random_state=seed).frame["i"] for seed in range(20)])
    tenths = np.bincount(drawn // 500, minlength=10)
    expected = len(drawn) / 10
    assert (np.abs(tenths - expected) < 4 * np.sqrt(expected)).all()


def test_more_rows_wanted_than_there_are(counted):
    reading = read_table(counted, rows=9999)
    assert (len(reading.frame), reading.notes) == (5000, ())


def test_progress_rises_to_the_end(counted, monkeypatch):
    monkeypatch.setattr("helpers.report.reading.files.CHUNK_CELLS", 1000)
    seen = []
    read_table(counted, progress=lambda share, text: seen.append((share, text)))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] == 1.0
    assert seen[-1][1] == "reading: 5,000 rows"


def test_too_large_for_the_limit(counted):
    message = problem(counted, memory_limit=0.05)
    assert message.startswith("counted.csv would take about 0 MB in memory (5,000 rows), the limit is 0 MB.")
    assert "rows=2000 (--rows 2000)" in message and "columns=[…] (--columns)" in message
    assert len(read_table(counted, memory_limit=0.05, rows=2000).frame) == 2000


@pytest.fixture(scope="module")
def huge(tmp_path_factory):
    """A real file of 300 MB."""
    path = tmp_path_factory.mktemp("huge") / "huge.csv"
    rng = np.random.default_rng(0)
    block = "".join(",".join(map(str, row)) + "\n" for row in rng.integers(0, 1000, size=(20_000, 12)))
    with path.open("w") as file:
        file.write(",".join(f"c{i}" for i in range(12)) + "\n")
        while file.tell() < 300e6:
            file.write(block)
    yield path
    path.unlink()


MEASURE = """
import resource, sys
from helpers.datasets.files import DATA_DIR
from helpers.report.errors import UnusableFile
from helpers.report.reading.files import read_table

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

read_table(DATA_DIR / "water_flow.csv.gz")
before = peak()
try:
    reading = read_table(sys.argv[1], rows=int(sys.argv[2]) or None)
    print(len(reading.frame), "of", reading.n_rows)
except UnusableFile as error:
    print(error)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="measures the process as Unix does")
@pytest.mark.parametrize("rows, answer", [(10_000, "10000 of "), (0, "huge.csv would take about ")])
def test_a_file_of_300_megabytes_in_flat_memory(huge, rows, answer):
    """A sample is drawn in a few chunks' memory; all rows would not fit, which is said before they are read."""
    run = subprocess.run([sys.executable, "-c", MEASURE, huge, str(rows)], capture_output=True, text=True, check=True)
    text, megabytes = run.stdout.splitlines()
    assert text.startswith(answer)
    assert float(megabytes) < 150
