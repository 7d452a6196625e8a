"""Every lesson links each of the glossary's terms once, where it first uses it, and nothing else changes."""

import doctest
import re
from functools import cache

import glossary
import jupytext
import lessons
import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

PARSER = MarkdownIt().enable("table").use(dollarmath_plugin)
LINK = re.compile(r"\[([^]]*)\]\((?:\.\./)?glossary\.md#([^)]+)\)")
NOT_PROSE = {"heading_open": "heading_close", "thead_open": "thead_close", "link_open": "link_close"}
TERMS = glossary.entries()

every_lesson = pytest.mark.parametrize("source", lessons.sources(), ids=lambda path: path.stem)


def markdown(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


@cache
def written(source):
    """A lesson's texts as their author wrote them."""
    return markdown(jupytext.read(source))


@cache
def linked(source):
    """The same texts after the build's linking, before it fills in the map of the course."""
    notebook = jupytext.read(source)
    glossary.link_cells(notebook.cells, source.stem[:2])
    return markdown(notebook)


def flat(text):
    """All tokens of a Markdown text in a row."""
    for token in PARSER.parse(text):
        yield token
        yield from token.children or []


def prose(text):
    """What a Markdown parser takes for running text, with ** around what is bold."""
    parts, until = [], None
    for token in flat(text):
        if until is not None:
            until = None if token.type == until else until
        elif token.type in NOT_PROSE:
            until = NOT_PROSE[token.type]
        else:
            marks = {"text": token.content, "softbreak": "\n", "strong_open": "**", "strong_close": "**"}
            parts.append(marks.get(token.type, "\0"))
    return "".join(parts)


def body(texts):
    """A lesson's cells between the first rule and the further reading."""
    whole = "\n\n".join(texts)
    return whole.split("\n***\n", 1)[1].split("\n**Further reading**")[0]


def unlinked(text):
    return LINK.sub(r"\1", text)


# The glossary


def test_the_glossary_is_in_order_and_every_line_is_read():
    lines = re.findall(r"^- .+", glossary.PATH.read_text(encoding="utf-8"), re.M)
    assert len(lines) == len(TERMS) >= 25
    assert [entry.term.lower() for entry in TERMS] == sorted(entry.term.lower() for entry in TERMS)


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry.term)
def test_a_term_is_defined_where_the_glossary_says(entry):
    """And its anchor is a heading's on GitHub, so that either way of writing the glossary keeps the links."""
    assert entry.anchor == glossary.slug(entry.term)
    assert entry.file.startswith(entry.lesson)
    lesson = unlinked("\n".join(written((lessons.SOURCE / entry.file).with_suffix(".py"))))
    assert f"**{entry.term.lower()}**" in lesson.lower(), f"lesson {entry.lesson} does not define {entry.term}"


def test_everyday_words_are_terms():
    assert {entry.term for entry in TERMS} >= glossary.EVERYDAY


# The lessons


@every_lesson
def test_each_term_that_a_lesson_uses_is_linked_once(source):
    texts = linked(source)
    links = [anchor for _, anchor in LINK.findall("\n".join(texts))]
    assert len(links) == len(set(links)), "linked twice"
    assert set(links) <= {entry.anchor for entry in TERMS}, "leads nowhere"
    used = glossary.first_uses(prose(unlinked(body(texts))), source.stem[:2], TERMS)
    everyday = {glossary.slug(term) for term in glossary.EVERYDAY}
    assert {entry.anchor for entry in used} - set(links) == set(), "not linked"
    assert set(links) - everyday <= {entry.anchor for entry in used}, "linked where it is no running text"


@every_lesson
def test_a_definition_is_what_its_lesson_links(source):
    links = {anchor: words for words, anchor in LINK.findall("\n".join(linked(source)))}
    bold = {words.lower() for words in re.findall(r"\*\*([^*]+)\*\*", prose(unlinked(body(linked(source)))))}
    for entry in TERMS:
        if entry.lesson == source.stem[:2] and entry.term.lower() in bold:
            assert links[entry.anchor].lower() == f"**{entry.term.lower()}**"


@every_lesson
def test_links_change_nothing_else(source):
    """Neither text nor structure: a page whose links are taken out is the page without."""
    for before, after in zip(written(source), linked(source), strict=True):
        assert unlinked(after) == unlinked(before)
        page = re.sub(r'<a href="glossary\.md#[^"]+">(.*?)</a>', r"\1", PARSER.render(after), flags=re.S)
        assert page == PARSER.render(unlinked(before))
        assert not re.search(r"^#.*glossary\.md#", after, re.M), "a link in a heading"
        for token in flat(after):
            assert token.type in ("inline", "link_open", "text") or "glossary.md#" not in token.content


@every_lesson
def test_both_copies_have_the_links_at_their_depth(source):
    learner, solution = ("\n".join(markdown(make(source))) for make in (lessons.learner, lessons.solution))
    targets = re.findall(r"\]\((glossary\.md#[^)]+)\)", learner)
    assert targets
    assert re.findall(r"\]\(\.\./(glossary\.md#[^)]+)\)", solution) == targets


def test_a_new_term_keeps_cells_and_outputs(monkeypatch, tmp_path):
    source = lessons.sources()[1]
    before = lessons.solution(source), lessons.fingerprint(source)
    monkeypatch.setattr(glossary, "PATH", tmp_path / "glossary.md")
    glossary.PATH.write_text('- <a id="ruler"></a>**ruler** ([01](01_x.ipynb)): what one measures with.\n')
    after = lessons.solution(source), lessons.fingerprint(source)
    assert "[ruler](../glossary.md#ruler)" in "\n".join(markdown(after[0]))
    assert [cell.id for cell in before[0].cells] == [cell.id for cell in after[0].cells]
    assert before[1] == after[1]


# The rules, one by one

FEW = [
    glossary.Entry(glossary.slug(term), term, lesson, "")
    for term, lesson in [
        ("z-score", "01"),
        ("modified z-score", "01"),
        ("quartiles", "01"),
        ("point anomaly", "00"),
        ("code", "04"),
    ]
]


@pytest.mark.parametrize(("text", "linked"), [
    ("a z-score, a z-score", "a [z-score](glossary.md#z-score), a z-score"),
    ("Z-scores", "[Z-scores](glossary.md#z-score)"),
    ("point anomalies", "[point anomalies](glossary.md#point-anomaly)"),
    ("one quartile", "one [quartile](glossary.md#quartiles)"),
    ("a point\nanomaly", "a [point\nanomaly](glossary.md#point-anomaly)"),
    ("z-score, then **z-score**", "z-score, then [**z-score**](glossary.md#z-score)"),
    ("**a z-score counts**", "**a [z-score](glossary.md#z-score) counts**"),
    ("modified z-score", "[modified z-score](glossary.md#modified-z-score)"),
    ("by hand [this z](glossary.md#z-score), z-score", "by hand [this z](glossary.md#z-score), z-score"),
    ("# Title\n\nz-score\n\n***\nz-score", "# Title\n\nz-score\n\n***\n[z-score](glossary.md#z-score)"),
    ("code, **code**", "code, [**code**](glossary.md#code)"),
    ("| z-score |\n|---|\n| z-score |", "| z-score |\n|---|\n| [z-score](glossary.md#z-score) |"),
])  # fmt: skip
def test_a_use_is_linked(text, linked):
    assert glossary.link_first_uses(text, "01", FEW) == linked


@pytest.mark.parametrize("text", [
    "## z-score", "`z-score`", "```\nz-score\n```", "```python\n# z-score\n```", "$z-score$", "$$\nz-score\n$$",
    "[z-score](01_x.ipynb)", "[lesson 01](z-score.md)", "![z-score](x.png)", "<!-- z-score -->", '<a id="z-score"></a>',
    "<details><summary>Hint</summary>z-score\n<code>z-score</code></details>", "{{quartiles}}",
    "z-score-like", "fuzz-score", "code", "in code, encoded", "**Further reading**\n- *The z-score*",
    "| z-score |\n|---|",
])  # fmt: skip
def test_no_use_is_linked(text):
    assert glossary.link_first_uses(text, "01", FEW) == text


def test_the_definition_counts_in_its_own_lesson_only():
    text = "z-score, **z-score**"
    assert glossary.link_first_uses(text, "02", FEW) == "[z-score](glossary.md#z-score), **z-score**"


def test_a_cell_that_only_solutions_hold_gets_no_link():
    cells = jupytext.reads(
        '# %% [markdown] tags=["solution"]\n# z-score\n\n# %% [markdown]\n# z-score\n', fmt="py:percent"
    ).cells
    glossary.link_cells(cells, "02")
    assert [cell.source for cell in cells] == ["z-score", "[z-score](glossary.md#z-score)"]


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(glossary)
    assert result.attempted >= 3 and result.failed == 0
