"""The page: whole, alone, escaped, and honest about labels."""

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

from helpers.report.columns.inputs import TableInputs
from helpers.report.contest.estimate import Estimate
from helpers.report.contest.verdict import Verdict
from helpers.report.contest.with_labels import LabelledRanking, LabelledStanding
from helpers.report.contest.without_labels import UnlabelledRanking, UnlabelledStanding
from helpers.report.drift import drift_table
from helpers.report.model import SeriesModel, TableModel
from helpers.report.page import ranking_figure, render, rows_figure, strangeness_figure

import numpy as np
import pandas as pd
import pytest

HOSTILE = "<script>alert('x')</script>"
VOID = {"meta", "img", "br", "link"}


VERDICT = Verdict(
    judged_on="the test part, looked at once",
    n_rows=300,
    n_anomalies=30,
    average_precision=Estimate(0.6, 0.5, 0.7),
    auroc=0.9,
    precision=0.8,
    recall=Estimate(0.8, 0.7, 0.9),
    false_alarm_rate=Estimate(0.012, 0.01, 0.02),
)


def study(labels=True, shape="table", n_rows=300):
    """An invented Study: three detectors, one of them skipped, thirty flagged rows."""
    rng = np.random.default_rng(0)
    index = pd.date_range("2025-01-01", periods=n_rows, freq="h") if shape == "series" else pd.RangeIndex(n_rows)
    strangeness = pd.Series(np.r_[rng.uniform(0, 1, n_rows - 30), rng.uniform(1.1, 90, 30)], index)
    costs = [("Z-score", 0.1, 1.0, ""), ("forest", 2.0, 1500.0, "")]
    costs += [("network", np.nan, np.nan, "skipped: 1 s was left, it needs about 9")]
    if labels:
        measures = [(Estimate(0.61, 0.5, 0.7), 0.9), (Estimate(0.64, 0.55, 0.72), 0.91), ()]
        standings = (LabelledStanding(*cost, *measure) for cost, measure in zip(costs, measures, strict=True))
        ranking = LabelledRanking(tuple(standings), n_rows, 30)
    else:
        measures = [(True, 0.7, 0.9), (True, 0.6, 0.5), ()]
        standings = (UnlabelledStanding(*cost, *measure) for cost, measure in zip(costs, measures, strict=True))
        ranking = UnlabelledRanking(tuple(standings), 20)
    strangest = strangeness.sort_values(ascending=False).head(30)
    anomalies = pd.DataFrame(
        {
            "row": range(1, 31),
            "strangeness": strangest.to_numpy(),
            "flagged": True,
            "because": f"name {HOSTILE}",
            "name": HOSTILE,
            **{f"column {i}": i + 0.5 for i in range(12)},
        }
    )
    frame = anomalies.drop(columns=["row", "strangeness", "flagged", "because"]).sample(n_rows, replace=True)
    frame = frame.reset_index(drop=True).assign(flow=rng.normal(size=n_rows))
    episodes = anomalies[["row", "strangeness", "flagged", "because"]].head(20)
    if shape == "series":
        extent = {"start": index[:20], "end": index[1:21], "rows": 2}
        episodes = pd.concat([pd.DataFrame(extent), episodes], axis=1)
    columns = pd.DataFrame(
        {"kind": "text", "missing": 0.25, "distinct": 3, "example": HOSTILE, "decision": "left out", "why": HOSTILE},
        index=[HOSTILE],
    )
    inputs = ("flow",) if shape == "series" else TableInputs(("flow",), (), ("name",))
    return SimpleNamespace(
        columns=SimpleNamespace(
            table=columns,
            shape=shape,
            why_shape="No column orders the rows.",
            n_duplicates=4,
            notes=("A note of the columns.",),
            numbers=("flow",),
            categories=("name",),
            logs=(),
        ),
        frame=frame,
        episodes=episodes,
        promise=pd.DataFrame({"part": ["newest"], "rows": ["60"], "flagged": ["3"], "share": ["5 %"]}),
        drift=drift_table(frame, ["flow"], ["name"], np.arange(100), np.arange(100, n_rows)),
        ranking=ranking,
        model={"table": TableModel, "series": SeriesModel}[shape](None, 0.0, "Z-score", inputs),
        chosen="Z-score",
        why="It is the simplest.",
        strangeness=strangeness,
        anomalies=anomalies,
        verdict=VERDICT if labels else None,
        notes=("A note of the study.",),
        false_alarm_rate=0.01,
        has_labels=labels,
        n_flagged=30,
    )


READING = SimpleNamespace(
    path=Path(f"my{HOSTILE.replace('/', '')}.csv"),
    n_rows=300,
    delimiter="\t",
    encoding="utf-8",
    notes=("A note of the reading.",),
)


@cache
def whole_page(labels=True, shape="table"):
    """Drawn once for all who only read it."""
    return render(study(labels, shape), READING, "python -m helpers.report my.csv")


class Balance(HTMLParser):
    """Remembers the texts, and that each tag is closed where it was opened."""

    def __init__(self, page):
        super().__init__()
        self.open, self.texts, self.tags = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("shape", ["table", "series"])
def test_the_page_is_whole_and_needs_nothing_else(labels, shape):
    page = whole_page(labels, shape)
    parsed = Balance(page)
    assert parsed.open == []
    addresses = [attributes[name] for _, attributes in parsed.tags for name in ("src", "href") if name in attributes]
    assert len(addresses) == 3 and all(address.startswith("data:image/png;base64,") for address in addresses)
    assert all(attributes["alt"] for tag, attributes in parsed.tags if tag == "img")
    assert "url(" not in page and "@import" not in page


def test_every_cell_of_the_file_stays_text():
    page = render(study(), READING, f"python -m helpers.report {HOSTILE}")
    assert "script" not in {tag for tag, _ in Balance(page).tags}
    series = Balance(render(study(shape="series"), READING))
    assert [tag for tag, _ in series.tags].count("script") == 1  # the page's own
    assert page.count("&lt;script&gt;") >= 20


def test_a_page_without_labels_claims_no_accuracy():
    text = " ".join(Balance(whole_page(labels=False)).texts)
    assert "No accuracy can be claimed" in text
    assert not re.search("average precision|AUROC|recall", text)


def test_a_page_with_labels_gives_the_test_figure_beside_chance():
    text = re.sub(r"\s+", " ", " ".join(Balance(whole_page()).texts))
    sentence = "looked at once: average precision 0.60 [0.50, 0.70], where chance gives 0.1;"
    assert f"Judged on the test part, {sentence}" in text
    assert "No accuracy can be claimed" not in text


def test_a_verdict_that_labels_did_not_allow_is_left_out():
    one_kind = study()
    one_kind.verdict = replace(VERDICT, average_precision=Estimate(), recall=Estimate())
    text = " ".join(Balance(render(one_kind)).texts)
    assert "1.2 % of the normal rows flagged" in text and "nan" not in text.replace("normal", "")


def test_all_notes_and_what_was_skipped_are_told():
    text = " ".join(Balance(whole_page()).texts)
    for note in ("A note of the reading.", "A note of the columns.", "A note of the study.", "skipped: 1 s was left"):
        assert note in text


def test_the_table_has_twenty_rows_and_names_what_it_hides():
    page = whole_page()
    strangest = page[page.index("The strangest rows; row 1") : page.index("<figure>")]
    assert strangest.count("<tr>") == 1 + 20 == 1 + strangest.count('scope="row"')
    assert "column 4" in strangest and "column 5" not in strangest  # name and five more
    assert "7 more columns" in page


@pytest.mark.parametrize("labels", [True, False])
def test_a_skipped_detector_is_not_drawn(labels):
    names = [text.get_text() for text in ranking_figure(study(labels)).axes[0].get_yticklabels()]
    assert names == ["forest", "Z-score (chosen)"]


def test_many_rows_are_thinned_and_the_strangest_stay():
    big = study(n_rows=60_000)
    drawn = np.concatenate([dots.get_offsets()[:, 1] for dots in rows_figure(big).axes[0].collections])
    assert len(drawn) == 5000
    assert np.isclose(drawn.max(), big.strangeness.max())


def test_the_histogram_holds_every_row():
    counts = sum(bar.get_height() for bar in strangeness_figure(study()).axes[0].patches)
    assert counts == 300


def test_a_series_can_be_enlarged_without_anything_from_outside():
    page = whole_page(shape="series")
    parsed = Balance(page)
    drawings = [attributes for tag, attributes in parsed.tags if tag == "svg"]
    assert all(attributes["role"] == "img" and attributes["aria-label"] for attributes in drawings)
    assert 'id="tracks"' in page and "data-zoom" in page and "http" not in page.replace("http-equiv", "")
    assert 'id="tracks"' not in whole_page(shape="table")


def test_the_page_reads_on_a_phone_and_by_a_screen_reader_and_is_small():
    page = whole_page(shape="series")
    parsed = Balance(page)
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in parsed.tags if tag == "th")
    assert all("data-label" in attributes for tag, attributes in parsed.tags if tag == "td")
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and set(levels[1:]) == {2}
    assert len(page) < 500_000 and "@media print" in page


def test_each_used_column_is_drawn_and_what_has_changed_is_told():
    text = re.sub(r"\s+", " ", " ".join(Balance(whole_page()).texts))
    for title in ("The promise, and what it gave", "Each column", "What has changed since the detector learned"):
        assert title in text
    assert whole_page().count('<figure class="spread">') == 2
    unordered = study()
    unordered.drift = None
    assert "The rows have no order in time" in render(unordered)


def test_a_strangeness_of_many_digits_is_a_power_of_ten():
    huge = study()
    huge.episodes.loc[0, "strangeness"] = 3.2e93
    assert "3.2e+93" in render(huge)
