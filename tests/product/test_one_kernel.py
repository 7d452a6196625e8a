"""A learner who never restarts: every lesson twice in one kernel, in an order that nobody planned.

The lessons judge themselves, by the assertions in their cells.
"""

import os
import random

import execution
import lessons
import nbformat
import pytest

pytestmark = pytest.mark.product
SEED = int(os.environ.get("ORDER_SEED") or random.randrange(1000))


def shuffled_twice(seed):
    """All lessons in a random order, then all again in another."""
    rng, course = random.Random(seed), [source.stem for source in lessons.sources()]
    return rng.sample(course, len(course)) + rng.sample(course, len(course))


def run_in_one_kernel(notebooks, folder):
    """Run (name, notebook) pairs one after the other; `LessonError` names the first that fails, and those before it."""
    done = []
    with execution.kernel(nbformat.v4.new_notebook(), folder) as client:
        for name, notebook in notebooks:
            client.nb = notebook
            try:
                execution.run_cells(client, name)
            except execution.LessonError as error:
                raise execution.LessonError(f"after {', '.join(done) or 'nothing'}: {error}") from None
            done.append(name)


def test_lessons_run_in_any_order_and_twice_in_one_kernel():
    order = shuffled_twice(SEED)
    paths = [lessons.SOLUTIONS / f"{name}.ipynb" for name in order]
    try:
        run_in_one_kernel([(path.stem, nbformat.read(path, as_version=4)) for path in paths], lessons.SOLUTIONS)
    except execution.LessonError as error:
        pytest.fail(f"ORDER_SEED={SEED} repeats this order.\n{error}", pytrace=False)


def test_what_a_lesson_leaves_behind_can_break_another(tmp_path):
    """The check itself can fail: a name that hides a function, a setting that stays."""
    cells = {"one": "sum = 3", "two": "assert sum([1, 2]) == 3"}
    books = [(name, nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cells[name])])) for name in cells]
    run_in_one_kernel(books[1:] + books[:1], tmp_path)
    with pytest.raises(execution.LessonError, match=r"after one: two, code cell 1: TypeError"):
        run_in_one_kernel(books, tmp_path)
