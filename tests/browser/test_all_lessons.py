"""Every lesson in a real browser, from the first cell to an answered exercise: `make test-browser ALL=1`."""

from tests.browser.conftest import NOTEBOOKS, SECONDS
from tests.browser.open_notebook import EMPTY, RIGHT, WRONG, OpenNotebook, has_tag, source, wrong_answer

import pytest

pytestmark = pytest.mark.browser
RUN_ALL_SECONDS = 1500  # a lesson takes a minute; a busy machine may need many
ANSWER_SECONDS = 120


def stored_figures(cell):
    return sum("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def check_figures(lesson):
    """Each cell shows as many figures as the executed notebook stores; one with a slider, at least one output."""
    from playwright.sync_api import expect

    for position, cell in enumerate(lesson.cells):
        images = lesson.cell(position).locator(".jp-OutputArea-output img")
        if has_tag("interactive")(cell):
            expect(lesson.cell(position).get_by_role("slider").first).to_be_attached(timeout=ANSWER_SECONDS * SECONDS)
            assert lesson.figures(position) >= stored_figures(cell)
        elif cell["cell_type"] == "code":
            expect(images).to_have_count(stored_figures(cell), timeout=ANSWER_SECONDS * SECONDS)
            assert lesson.figures(position) == stored_figures(cell), f"a figure of cell {position} is empty"


def check_first_exercise(lesson):
    """A wrong, an empty and the right answer are told apart."""
    from playwright.sync_api import expect

    answer, check, solution = lesson.first_exercise()
    empty = source(lesson.cells[answer])
    expect(lesson.reply(check)).to_have_text(EMPTY, timeout=ANSWER_SECONDS * SECONDS)
    for text, said in ((wrong_answer(lesson.cells[answer]), WRONG), (empty, EMPTY), (solution, RIGHT)):
        lesson.write_and_run(answer, text)
        expect(lesson.reply(check)).to_have_text(said, timeout=ANSWER_SECONDS * SECONDS)


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")))
def test_lesson_runs_shows_its_figures_and_judges_an_answer(lab, page, name):
    lesson = OpenNotebook(lab, page, name)
    lesson.run_all(RUN_ALL_SECONDS)
    check_figures(lesson)
    check_first_exercise(lesson)
