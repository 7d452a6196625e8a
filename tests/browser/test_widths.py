"""No output is wider than its cell in a window of 1,300 pixels: whoever has to scroll sideways does not compare."""

import json

from tests.browser.conftest import NOTEBOOKS, SECONDS
from tests.browser.open_notebook import OpenNotebook

import pytest

pytestmark = pytest.mark.browser
TRACKER = "JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
TOO_WIDE = """() => [...document.querySelectorAll(
    ".jp-Notebook .jp-OutputArea-output, .jp-Notebook .jp-OutputArea-output > *, .jp-Notebook .jp-MarkdownOutput > *"
)].filter(part => part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1)
  .map(part => `${part.scrollWidth} of ${part.clientWidth}: ${part.textContent.trim().slice(0, 60)}`)"""


@pytest.fixture(scope="module")
def all_cells_at_once(lab):
    """Else JupyterLab draws those in view only."""
    settings = lab[0] / TRACKER
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"windowingMode": "none"}))
    yield
    settings.unlink()


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb")))
def test_no_output_scrolls_sideways(name, lab, page, all_cells_at_once):
    page.set_viewport_size({"width": 1300, "height": 900})
    lesson = OpenNotebook(lab, page, name)
    n_outputs = sum(len(cell.get("outputs", [])) for cell in lesson.cells)
    page.wait_for_function("n => document.querySelectorAll('.jp-OutputArea-output').length >= n", arg=n_outputs)
    page.wait_for_timeout(SECONDS)
    assert page.evaluate(TOO_WIDE) == []
