"""The same lesson in two kernels at once, as when two tabs are open: both print what it prints alone."""

from concurrent.futures import ThreadPoolExecutor

import execution
import lessons
import nbformat
import pytest

pytestmark = pytest.mark.product
LESSON = "06"  # trains networks, and is done in a quarter of a minute


def printed(notebook):
    """What each code cell printed, but for those whose outputs may differ."""
    return [
        [output.text for output in cell.outputs if output.output_type == "stream"]
        for cell in notebook.cells
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", [])
    ]


def run(path):
    notebook = nbformat.read(path, as_version=4)
    execution.execute(notebook, path.parent, path.stem)
    return printed(notebook)


def test_two_kernels_in_the_same_lesson_print_what_one_prints():
    (source,) = lessons.select([LESSON])
    path = lessons.SOLUTIONS / f"{source.stem}.ipynb"
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, [path, path])
    alone = printed(nbformat.read(path, as_version=4))
    assert sum(map(len, alone)) > 5 and first == alone and second == alone
