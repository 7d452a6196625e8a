"""A notebook in JupyterLab, as a learner uses it with mouse and keyboard."""

import json
import re

from tests.browser.conftest import SECONDS

import pytest

__all__ = ["EMPTY", "RIGHT", "WRONG", "OpenNotebook", "has_tag", "source", "wrong_answer"]

EMPTY = re.compile(r"^\s*not attempted yet")
RIGHT = re.compile(r"^\s*right: ")
WRONG = re.compile(r"^\s*not yet: ")


class OpenNotebook:
    """A notebook in JupyterLab: its page, and its cells as they stand in the file."""

    def __init__(self, lab, page, pattern):
        folder, address, token = lab
        self.path = next(folder.glob(f"notebooks/{pattern}"), None)
        if self.path is None:
            pytest.skip(f"there is no notebooks/{pattern} yet")
        self.page, self.cells = page, json.loads(self.path.read_text())["cells"]
        # `reset`: no tabs of an earlier visit
        page.goto(f"{address}/lab/tree/notebooks/{self.path.name}{token}&reset")
        page.locator(".jp-KernelName").get_by_text("Python 3").wait_for()  # before, it is idle for want of a kernel
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=90 * SECONDS)

    def position(self, wanted, start=0):
        """The place of the first cell, from `start`, for which wanted(cell) holds."""
        return next(i for i, cell in enumerate(self.cells) if i >= start and wanted(cell))

    def cell(self, position):
        return self.page.locator(f".jp-Notebook > * .jp-Cell[data-windowed-list-index='{position}']").first

    def menu(self, menu, command):
        self.page.get_by_role("menubar").get_by_text(menu, exact=True).click()
        self.page.locator(f".lm-Menu-item[data-command='{command}']").click()

    def run_all(self, seconds=180):
        """Clear the stored outputs, so that new ones cannot be mistaken for them, and run all cells."""
        self.menu("Edit", "editmenu:clear-all")
        self.page.wait_for_function(NONE_DONE)  # else the stored numbers could be taken for new ones
        self.menu("Run", "runmenu:run-all")
        n_cells = sum(cell["cell_type"] == "code" for cell in self.cells)
        ended = self.page.wait_for_function(ALL_DONE, arg=n_cells, timeout=seconds * SECONDS)
        assert ended.json_value() == "done"

    def figures(self, position):
        """How many figures a cell shows: images that have arrived and have a size."""
        images = self.cell(position).locator(".jp-OutputArea-output img")
        return sum(image.evaluate("image => image.complete && image.naturalWidth > 0") for image in images.all())

    def first_exercise(self):
        """Places of the answer cell and of the check below it, and the answer of the worked solution."""
        heading = self.position(lambda cell: re.search(r"^#+ Exercise 1\b", source(cell), re.MULTILINE))
        answer = self.position(lambda cell: cell["cell_type"] == "code" and "..." in source(cell), heading)
        check = self.position(has_tag("check"), answer)
        solved = json.loads((self.path.parent / "solutions" / self.path.name).read_text())["cells"]
        solution = next(i for i, cell in enumerate(solved) if has_tag("check")(cell)) - 1
        assert check == answer + 1
        return answer, check, source(solved[solution])

    def reply(self, check):
        return self.cell(check).locator(".jp-OutputArea-output").first

    def write_and_run(self, position, text):
        """Replace a cell's text, run it and the check below it."""
        assert (texts := self.page.locator(".jp-Dialog").all_inner_texts()) == [], f"a dialog is in the way: {texts}"
        self.cell(position).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")


NONE_DONE = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]
    .every(prompt => !/[0-9]/.test(prompt.textContent))"""
# "done", the text of an error, or false (look again)
ALL_DONE = """nCells => {
    const error = document.querySelector('.jp-OutputArea-output[data-mime-type$="jupyter.error"]');
    if (error) return error.textContent;
    const counts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
    return counts.length === nCells && counts.every(prompt => /[0-9]/.test(prompt.textContent)) && 'done';
}"""


def has_tag(tag):
    return lambda cell: tag in cell["metadata"].get("tags", [])


def source(cell):
    return "".join(cell["source"])


def wrong_answer(cell):
    """The text of an answer cell with 0 in the place of each `...`."""
    return source(cell).replace("...", "0")
