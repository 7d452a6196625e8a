"""Two lessons as a learner meets them: `make lab` itself, a real browser, and a copy of the notebooks."""

import re
import shutil
import subprocess
import time

from tests.browser.conftest import NOTEBOOKS, SECONDS
from tests.browser.open_notebook import EMPTY, RIGHT, WRONG, OpenNotebook, has_tag, wrong_answer

import pytest

pytestmark = pytest.mark.browser


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
    answer, check, solution = lesson.first_exercise()
    lesson.run_all()
    expect(lesson.reply(check)).to_have_text(EMPTY)
    lesson.write_and_run(answer, wrong_answer(lesson.cells[answer]))
    expect(lesson.reply(check)).to_have_text(WRONG, timeout=30 * SECONDS)
    lesson.write_and_run(answer, solution)
    expect(lesson.reply(check)).to_have_text(RIGHT, timeout=30 * SECONDS)


def test_a_lesson_is_closed_without_a_question(lab, page):
    OpenNotebook(lab, page, "01_*.ipynb")
    page.wait_for_timeout(2 * SECONDS)
    assert page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").count() == 0
    page.locator(".lm-DockPanel-tabBar .lm-TabBar-tabCloseIcon").last.click()
    page.wait_for_timeout(1 * SECONDS)
    assert page.locator(".jp-Dialog").all_inner_texts() == []
    assert page.locator(".jp-NotebookPanel").count() == 0


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

    if shutil.which("fc-match") and "DejaVu" in subprocess.check_output(["fc-match", "Arial"], text=True):
        pytest.skip("no font as wide as Arial here (Debian: fonts-liberation): how many pages, this font cannot tell")

    style = "@page { size: A4; margin: 12mm } body { font: 10pt/1.35 Arial } p, ul { margin: .4em 0 }"
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
