"""Two lessons as a learner meets them: `make lab` itself, a real browser, and a copy of the notebooks."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = Path(os.environ.get("BROWSER_TEST_NOTEBOOKS", ROOT / "notebooks"))
EMPTY = re.compile(r"^\s*not attempted yet")
RIGHT = re.compile(r"^\s*right: ")
WRONG = re.compile(r"^\s*not yet: ")
WRONG_ANSWER = "0"  # takes the place of each `...`
SECONDS = 1000  # Playwright counts in milliseconds
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

pytestmark = pytest.mark.browser


# The server and the browser


@pytest.fixture(scope="module")
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.skip("no Chromium or Chrome found: install one, or name it in the variable CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def address_in(log, server):
    """The address with its token, as the server prints it for a reader."""
    for _ in range(240):
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab/tree\S+(\?token=\w+)", log.read_text()):
            return found.groups()
        assert server.poll() is None, f"make lab ended:\n{log.read_text()}"
        time.sleep(0.5)
    raise AssertionError(f"make lab printed no address in two minutes:\n{log.read_text()}")


def stop(server):
    """End the server, which ends its kernels; then whatever is left of its group."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    """`make lab` on a copy of the notebooks, with settings of its own: what you have stays as it is."""
    folder = tmp_path_factory.mktemp("lab")
    others = shutil.ignore_patterns("mine", ".ipynb_checkpoints")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=others)
    settings = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    command = ["make", "lab", "LAB_ARGS=--no-browser --port=0", f"LAB_ROOT={folder}"]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield folder, *address_in(log, server)
    finally:
        stop(server)


# What a learner does


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
        self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=90 * SECONDS)

    def position(self, wanted, start=0):
        """The place of the first cell, from `start`, for which wanted(cell) holds."""
        return next(i for i, cell in enumerate(self.cells) if i >= start and wanted(cell))

    def cell(self, position):
        return self.page.locator(f".jp-Notebook > * .jp-Cell[data-windowed-list-index='{position}']").first

    def menu(self, menu, command):
        self.page.get_by_role("menubar").get_by_text(menu, exact=True).click()
        self.page.locator(f".lm-Menu-item[data-command='{command}']").click()

    def run_all(self):
        """Clear the stored outputs, so that new ones cannot be mistaken for them, and run all cells."""
        self.menu("Edit", "editmenu:clear-all")
        self.menu("Run", "runmenu:run-all")
        ended = self.page.wait_for_function(ALL_DONE, timeout=180 * SECONDS)
        assert ended.json_value() == "done"

    def write_and_run(self, position, text):
        """Replace a cell's text, run it and the check below it."""
        self.cell(position).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")


# "done", the text of an error, or false (look again)
ALL_DONE = """() => {
    const error = document.querySelector('.jp-OutputArea-output[data-mime-type$="jupyter.error"]');
    if (error) return error.textContent;
    const counts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
    return counts.length > 0 && counts.every(prompt => /[0-9]/.test(prompt.textContent)) && 'done';
}"""


def has_tag(tag):
    return lambda cell: tag in cell["metadata"].get("tags", [])


def source(cell):
    return "".join(cell["source"])


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    yield page
    page.close()


# The two lessons


def test_the_slider_of_lesson_02_moves_the_numbers(lab, page):
    lesson = OpenNotebook(lab, page, "02_*.ipynb")
    lesson.run_all()
    interactive = lesson.cell(lesson.position(has_tag("interactive")))
    interactive.scroll_into_view_if_needed()
    text = interactive.locator(".jp-RenderedText, .jp-RenderedHTMLCommon")
    text.first.wait_for(timeout=60 * SECONDS)
    before = text.all_text_contents()
    assert re.search(r"\d", "".join(before)), before
    interactive.get_by_role("slider").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    wait_until(lambda: text.all_text_contents() not in ([], before))
    assert re.search(r"\d", "".join(text.all_text_contents()))


def test_an_exercise_of_lesson_01_answers_wrong_and_right(lab, page):
    from playwright.sync_api import expect

    lesson = OpenNotebook(lab, page, "01_*.ipynb")
    heading = lesson.position(lambda cell: re.search(r"^#+ Exercise 1\b", source(cell), re.MULTILINE))
    answer = lesson.position(lambda cell: cell["cell_type"] == "code" and "= ..." in source(cell), heading)
    check = lesson.position(has_tag("check"), answer)
    solution = json.loads((lesson.path.parent / "solutions" / lesson.path.name).read_text())["cells"][answer]
    reply = lesson.cell(check).locator(".jp-OutputArea-output").first

    lesson.run_all()
    expect(reply).to_have_text(EMPTY)
    lesson.write_and_run(answer, source(lesson.cells[answer]).replace("...", WRONG_ANSWER))
    expect(reply).to_have_text(WRONG, timeout=30 * SECONDS)
    lesson.write_and_run(answer, source(solution))
    expect(reply).to_have_text(RIGHT, timeout=30 * SECONDS)



# The glossary and the cheat sheet


def test_a_term_leads_to_its_line_of_the_glossary(lab, page):
    """Twice: the second link finds the glossary already open."""
    from playwright.sync_api import expect

    OpenNotebook(lab, page, "02_*.ipynb")
    for term in ("recall", "accuracy"):
        page.get_by_role("tab", name="02_").click()
        page.locator(f".jp-Notebook .jp-MarkdownOutput a[href$='#{term}']").click()
        line = page.locator(".jp-MarkdownViewer li", has=page.locator(f"[data-jupyter-id='{term}']"))
        expect(line).to_be_in_viewport(timeout=30 * SECONDS)
        expect(line).to_contain_text(term)


def test_the_cheat_sheet_prints_on_one_page(page):
    from markdown_it import MarkdownIt

    style = "@page { size: A4; margin: 12mm } body { font: 10pt/1.35 sans-serif } p, ul { margin: .4em 0 }"
    sheet = MarkdownIt().render((NOTEBOOKS / "cheat_sheet.md").read_text(encoding="utf-8"))
    page.set_content(f"<style>{style} pre {{ font-size: 8pt; white-space: pre-wrap }}</style>{sheet}")
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(pages) == 1

def wait_until(condition, seconds=30):
    for _ in range(seconds * 5):
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"nothing happened in {seconds} s")
