"""Stored notebooks are what their sources give today; no lesson is executed here."""

from copy import deepcopy
from functools import cache

import lessons
import nbformat
import pytest

PAIRS = [
    (source, folder, make)
    for source in lessons.sources()
    for folder, make in ((lessons.NOTEBOOKS, lessons.learner), (lessons.SOLUTIONS, lessons.solution))
]


fingerprint = cache(lessons.fingerprint)


@cache
def read(folder, source):
    """A lesson's stored notebook, read once; who changes it copies it first."""
    return nbformat.read(folder / f"{source.stem}.ipynb", as_version=4)


def shape(notebook):
    """All of a cell but its outputs."""
    return [(cell.cell_type, cell.id, cell.metadata.get("tags", []), cell.source) for cell in notebook.cells]


def drift(stored, wanted, name):
    """A sentence for each way in which a stored notebook differs from its source."""
    rebuild = "edit its source in notebooks/source and run `make notebooks` (your own copy: `make update` keeps it)"
    found = [
        f"{name}, cell {n}: differs from its source; {rebuild}"
        for n, (have, want) in enumerate(zip(shape(stored), shape(wanted), strict=False), 1)
        if have != want
    ]
    if len(stored.cells) != len(wanted.cells):
        found.append(f"{name}: {len(stored.cells)} cells, its source gives {len(wanted.cells)}; {rebuild}")
    counts = [cell.execution_count for cell in stored.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"{name}: execution counts are not 1..{len(counts)}: not one clean run; {rebuild}")
    return found


def outputs_that_differ(learner, solution):
    """Cells that both copies share but whose outputs differ."""
    solved = {cell.id: cell for cell in solution.cells}
    return [
        cell.source
        for cell in learner.cells
        if cell.cell_type == "code"
        and "check" not in cell.metadata.get("tags", [])
        and cell.source == solved[cell.id].source
        and cell.outputs != solved[cell.id].outputs
    ]


@pytest.mark.parametrize(("source", "folder", "make"), PAIRS, ids=lambda value: getattr(value, "stem", None))
def test_cells_are_what_the_source_gives(source, folder, make):
    stored = read(folder, source)
    assert not drift(stored, make(source), f"{folder.name}/{source.stem}.ipynb")


@pytest.mark.parametrize("source", lessons.sources(), ids=lambda path: path.stem)
def test_both_copies_show_the_same_outputs(source):
    learner, solution = (read(folder, source) for folder in (lessons.NOTEBOOKS, lessons.SOLUTIONS))
    assert not outputs_that_differ(learner, solution)


@pytest.mark.parametrize(("source", "folder", "make"), PAIRS, ids=lambda value: getattr(value, "stem", None))
def test_built_from_the_present_code_and_data(source, folder, make):
    stored = read(folder, source)
    assert stored.metadata["built_from"] == fingerprint(source), (
        f"{source.stem}: its code, or a module or data file that it reaches, changed since it was built: run "
        "`make notebooks`"
    )


def test_readmes_table_is_what_the_sources_give():
    assert lessons.course_table("notebooks/") in (lessons.ROOT / "README.md").read_text(encoding="utf-8")


def test_no_notebook_without_a_source():
    known = {source.stem for source in lessons.sources()}
    for folder in (lessons.NOTEBOOKS, lessons.SOLUTIONS):
        assert {path.stem for path in folder.glob("[0-9]*.ipynb")} == known


def test_an_edit_by_hand_is_named():
    source = lessons.sources()[0]
    copy = deepcopy(read(lessons.NOTEBOOKS, source))
    edited = next(n for n, cell in enumerate(copy.cells, 1) if cell.cell_type == "code")
    copy.cells[edited - 1].source += "\nprint('mine')"
    [sentence] = drift(copy, lessons.learner(source), "notebooks/00.ipynb")
    assert sentence.startswith(f"notebooks/00.ipynb, cell {edited}: differs")
    assert "make notebooks" in sentence


def test_a_changed_output_is_named():
    source = lessons.sources()[0]
    learner, solution = (deepcopy(read(folder, source)) for folder in (lessons.NOTEBOOKS, lessons.SOLUTIONS))
    cell = next(cell for cell in learner.cells if cell.get("outputs") and "text" in cell.outputs[0])
    cell.outputs[0]["text"] += "9"
    assert outputs_that_differ(learner, solution) == [cell.source]
