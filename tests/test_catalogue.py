"""The catalogue: every exported detector has an entry, and what the course says of its detectors follows from it."""

import re
from pathlib import Path

import helpers.detectors
from helpers.detectors import Detector, SeriesDetector, load_detector
from helpers.detectors.catalogue import BASES, CATALOGUE, FAMILIES, on_scoreboard
from helpers.plots import PALETTE
from helpers.results.tasks import TASKS

import counts
import lessons
import numpy as np
import pytest
from sklearn.base import clone

ROOT = Path(__file__).parents[1]
KINDS = {"tables", "images", "series"}
BRIEF = {"epochs": 1, "steps": 2}  # of a training that is stored


def rows(n=150):
    return np.random.default_rng(0).normal(size=(n, 3))


def points(n=150):
    phase = np.arange(n)[:, None] / 12 + [0, 0.25]
    return np.sin(2 * np.pi * phase) + 0.1 * np.random.default_rng(0).normal(size=(n, 2))


def bars(n=60):
    rng = np.random.default_rng(0)
    drawn = np.zeros((n, 12, 10), np.uint8)
    for image, top in zip(drawn, rng.integers(2, 9, n), strict=True):
        image[top : top + 2, 2:8] = 200
    return drawn


SMALL_DATA = {"tables": rows, "series": points, "images": bars}


def own_kinds():
    """Names of entries and the kinds of data that they take without windows around them."""
    for name, entry in CATALOGUE.items():
        carried = not entry.on_series and not isinstance(entry.detector, SeriesDetector)
        yield from ((name, kind) for kind in entry.kinds if not (kind == "series" and carried))


def detectors_of(entry):
    return {type(made).__name__ for made in (entry.detector, entry.on_series) if made is not None}


def exported():
    things = [getattr(helpers.detectors, name) for name in helpers.detectors.__all__]
    return {thing for thing in things if isinstance(thing, type) and issubclass(thing, Detector)} - set(BASES)


def test_every_exported_detector_has_an_entry():
    listed = set().union(*map(detectors_of, CATALOGUE.values()))
    missing = {made.__name__ for made in exported()} - listed
    assert not missing, f"no entry in helpers/detectors/catalogue.py: {', '.join(sorted(missing))}"


def test_every_entry_is_exported():
    listed = set().union(*map(detectors_of, CATALOGUE.values()))
    missing = listed - set(helpers.detectors.__all__)
    assert not missing, f"not in helpers/detectors/__init__.py: {', '.join(sorted(missing))}"


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_entry_says_what_is_asked_of_it(name):
    entry = CATALOGUE[name]
    assert entry.name == name and entry.family in FAMILIES
    assert entry.kinds and set(entry.kinds) <= KINDS and set(entry.contenders) <= set(entry.kinds)
    assert re.fullmatch(r"[01]\d", entry.lesson) and list((ROOT / "notebooks/source").glob(f"{entry.lesson}_*.py"))
    assert 20 < len(entry.choose_when) < 110 and entry.choose_when[-1] != "." and "\n" not in entry.choose_when
    assert entry.small and not (entry.left_out and entry.cost)
    assert all(task.recipe in {"", "digits", "watch"} for task in TASKS.values())
    assert set(entry.recipes) <= {task.recipe for task in TASKS.values()}


def test_names_are_the_keys_and_families_have_colours():
    assert len(set(FAMILIES.values())) == len(FAMILIES) and max(FAMILIES.values()) < len(PALETTE)
    names = [contender.name for entry in CATALOGUE.values() for contender in entry.contenders.values()]
    assert len(set(names)) == len(names)


@pytest.mark.filterwarnings("ignore:Mode collapse|The discriminator won")  # trainings are short
@pytest.mark.parametrize(("name", "kind"), list(own_kinds()))
def test_saved_and_loaded_it_scores_the_same(name, kind, tmp_path):
    entry, X = CATALOGUE[name], SMALL_DATA[kind]()
    parameters = {**entry.small[0], **{name: least for name, least in BRIEF.items() if name in entry.small[0]}}
    detector = entry.unfitted(kind, **parameters).fit(X).set_threshold(0.5)
    scores = detector.decision_function(X)
    assert scores.shape == (len(X),) and np.isfinite(scores).any()
    detector.save(tmp_path / "my.detector")
    loaded = load_detector(tmp_path / "my.detector")
    assert type(loaded) is type(detector) and repr(loaded) == repr(detector) and loaded.threshold_ == 0.5
    assert np.array_equal(loaded.decision_function(X), scores, equal_nan=True)


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_entry_stays_as_it_is(name):
    entry = CATALOGUE[name]
    made = entry.unfitted(entry.kinds[-1], **entry.small[0])
    assert made is not entry.detector and repr(entry.detector) == repr(clone(entry.detector))
    assert [type(small) for small in entry.small_ones()] == [type(entry.detector)] * len(entry.small)


# ------------------------------------------------------------------------------------------------- counts in texts


def test_texts_count_what_is_in_the_catalogue():
    assert lessons.counts() == counts.counted(), "run `make notebooks`"
    [said] = counts.README_COUNTS.findall((ROOT / "README.md").read_text("utf-8"))
    assert said == (counts.NUMBERS[len(on_scoreboard())], counts.NUMBERS[len(TASKS)]), "run `make notebooks`"


def test_a_lesson_counts_detectors_by_the_build():
    [source] = lessons.SOURCE.glob("*_choose_a_detector_for_your_data.py")
    text = "".join(cell.source for cell in lessons.solution(source).cells)
    assert text.count(f"{counts.NUMBERS[len(on_scoreboard()) - 1]} detectors") == 2 and "n_detectors" not in text
