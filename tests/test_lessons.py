"""Every lesson, present and future, keeps the promises of its form.

The docstring of a test is the rule that it holds, and stands in CONTRIBUTING.md word for word (`test_rules.py`).
"""

import json
import re

import lessons
import nbformat
import pytest
import run

SOURCES = lessons.sources()
MAX_CELL_LINES, MAX_LINE_LENGTH = 20, 120
MAX_BYTES = 2_000_000
MAX_MINUTES = 50
MIN_PROSE, MIN_PREDICTIONS, MIN_ASSERTIONS = 4000, 2, 3
WAIVABLE = {"method", "bug hunt"}
DEBRIS = re.compile(r"\r|\d+%\|| it/s|\bETA\b|\[\d\d:\d\d<|model_id|HBox\(|interactive\(")
FILLER = re.compile(r"\b(simply|just|obviously|of course|basically|trivially|needless to say)\b", re.IGNORECASE)

every_lesson = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def read(folder, source):
    return nbformat.read(folder / f"{source.stem}.ipynb", as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tags(cell):
    return cell.metadata.get("tags", [])


def prose(notebook):
    """The lesson's sentences, without code, mathematics, links and figures' descriptions."""
    not_prose = r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|!?\[[^\]]*\]\([^)]*\)|<!--.*?-->"
    return re.sub(not_prose, " ", text(notebook), flags=re.S)


def bullets(notebook, heading):
    """The bullet points that follow a heading."""
    after = text(notebook).split(heading, 1)[1]
    return len(re.findall(r"^- ", re.search(r"(?:^- .+\n?)+", after, re.M)[0], re.M))


def exercises(notebook):
    """Each exercise's cells: from its heading to the next heading of the same level."""
    groups, current = [], None
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"^## |^\*\*\*", cell.source, re.M):
            heading = re.search(r"^## Exercise (\d+)", cell.source, re.M)
            current = [] if heading else None
            if heading:
                groups.append(current)
        if current is not None:
            current.append(cell)
    return groups


def test_there_are_lessons():
    """Lessons are numbered from 00 on, without a gap."""
    assert [source.stem[:2] for source in SOURCES] == [f"{n:02d}" for n in range(len(SOURCES))]
    assert len(SOURCES) >= 3


@every_lesson
@pytest.mark.parametrize("folder", [lessons.NOTEBOOKS, lessons.SOLUTIONS], ids=["learner", "solution"])
class TestOutputs:
    """What holds for both notebooks of a lesson."""

    def test_one_clean_run(self, source, folder):
        """Stored outputs come from one clean run, from top to bottom."""
        counts = [cell.execution_count for cell in code(read(folder, source))]
        assert counts == list(range(1, len(counts) + 1))

    def test_no_error_stderr_or_debris(self, source, folder):
        """No stored output holds an error, a warning, a progress bar or a widget's stand-in."""
        for cell in code(read(folder, source)):
            for output in cell.outputs:
                assert output.output_type != "error" or "raises-exception" in tags(cell), cell.source
                assert output.get("name") != "stderr", cell.source
                shown = output.get("text", "") + output.get("data", {}).get("text/plain", "")
                assert not DEBRIS.search(shown), f"{DEBRIS.search(shown)[0]!r} in the output of:\n{cell.source}"

    def test_every_figure_is_described_below(self, source, folder):
        """A figure is followed by a text that begins with `*The figure:` and tells someone who cannot see it what it
        shows; a cell shows at most one."""
        cells = read(folder, source).cells
        for cell, below in zip(cells, [*cells[1:], None], strict=True):
            pictures = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
            if pictures or "interactive" in tags(cell):
                assert below is not None and below.cell_type == "markdown", cell.source
                assert below.source.startswith("*The figure:"), f"no description below the figure of:\n{cell.source}"
                assert len(pictures) <= 1, f"more than one figure in one cell:\n{cell.source}"

    def test_every_output_is_read_aloud(self, source, folder):
        """Every output is followed by a text that reads it."""
        cells = read(folder, source).cells
        for cell, below in zip(cells, [*cells[1:], None], strict=True):
            if cell.get("outputs") and "check" not in tags(cell):
                assert below is not None and below.cell_type == "markdown", f"no text after:\n{cell.source}"

    def test_relative_links_resolve(self, source, folder):
        """Links within the course lead to a file, and to a heading if they name one."""
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", text(read(folder, source))):
            path, _, anchor = target.partition("#")
            assert (folder / path).exists(), f"{target} leads nowhere"
            if anchor and path.endswith(".ipynb"):
                headings = re.findall(r"^#+ (.+)$", text(nbformat.read(folder / path, as_version=4)), re.M)
                assert anchor in [heading.replace(" ", "-") for heading in headings], f"{target}: no such heading"

    def test_size(self, source, folder):
        """A notebook is smaller than {MAX_BYTES:,} bytes."""
        assert (folder / f"{source.stem}.ipynb").stat().st_size < MAX_BYTES


@every_lesson
class TestForm:
    """The anatomy of a lesson, read off its solution (it holds every cell)."""

    def test_opening(self, source):
        """A lesson opens with a title, its number, *What you'll do*, *What you'll learn*, *What you'll need*, minutes
        to read and for the exercises, seconds and MB."""
        notebook = read(lessons.SOLUTIONS, source)
        first = notebook.cells[0].source
        assert first.startswith("# ")
        assert "Lesson " + source.stem[:2] in first
        for promise in ("**What you'll do.**", "**What you'll learn**", "**What you'll need.**"):
            assert text(notebook).count(promise) == 1
        assert re.search(r"\d+ minutes to read, \d+ for the exercises; \d+ s and \d+ MB on two cores", text(notebook))

    def test_goals_are_recapitulated(self, source):
        """*What you'll learn* has three to five verbs; *What we learned* has as many."""
        notebook = read(lessons.SOLUTIONS, source)
        goals, recap = bullets(notebook, "**What you'll learn**"), bullets(notebook, "## What we learned")
        assert 3 <= goals <= 5
        assert recap == goals

    def test_ending(self, source):
        """It ends with *What we learned*, *In practice*, two to five lines of *Further reading* and a reminder to shut
        the kernel down."""
        last = read(lessons.SOLUTIONS, source).cells[-1].source
        ending = text(read(lessons.SOLUTIONS, source)).split("## What we learned")[1]
        assert "**In practice**" in ending
        assert 2 <= bullets(read(lessons.SOLUTIONS, source), "**Further reading**") <= 5
        assert "kernel" in last.lower() and "shut" in last.lower()

    def test_sections_of_a_method_lesson(self, source):
        """A lesson about a method has the sections *The question*, *The simplest ...*, *How it fails* and *The
        scoreboard*, in this order, before its exercises (`without: [method]`)."""
        if "method" in lessons.settings(source)["without"]:
            pytest.skip("not a method lesson")
        headings = re.findall(r"^## (.+)$", text(read(lessons.SOLUTIONS, source)), re.M)
        wanted = ["The question", "The simplest", "How it fails", "The scoreboard", "Exercise 1", "What we learned"]
        found = [next((i for i, heading in enumerate(headings) if heading.startswith(start)), None) for start in wanted]
        assert None not in found, dict(zip(wanted, found, strict=True))
        assert found == sorted(found)

    def test_predictions_before_runs(self, source):
        """At least {MIN_PREDICTIONS} predictions are asked for, with **Before you run:**."""
        assert text(read(lessons.SOLUTIONS, source)).count("**Before you run:**") >= MIN_PREDICTIONS

    def test_marks_of_the_data(self, source):
        """Data are marked **real**, **real + injected** or **simulated** where they appear."""
        notebook = read(lessons.SOLUTIONS, source)
        loaded = set(re.findall(r"load_\w+", "\n".join(cell.source for cell in code(notebook))))
        marks = re.findall(r"\*\*(real|real \+ injected|simulated)\*\*", text(notebook))
        assert len(set(marks)) >= min(len(loaded), 1)
        assert ("load_orders" in loaded) <= ("simulated" in marks)

    def test_cells_are_short(self, source):
        """A code cell has at most {MAX_CELL_LINES} lines of at most {MAX_LINE_LENGTH} columns."""
        for cell in code(read(lessons.SOLUTIONS, source)):
            assert len(cell.source.splitlines()) <= MAX_CELL_LINES, cell.source
            assert max(map(len, cell.source.splitlines())) <= MAX_LINE_LENGTH, cell.source

    def test_imports_stand_in_the_first_code_cell(self, source):
        """Imports stand in the first code cell."""
        for cell in code(read(lessons.SOLUTIONS, source))[1:]:
            assert not re.search(r"^(import|from) ", cell.source, re.M), cell.source

    def test_prose(self, source):
        """There are more than {MIN_PROSE:,} characters of prose, without filler words (simply, just, obviously, of
        course, basically, trivially, needless to say) and without exclamation marks."""
        sentences = prose(read(lessons.SOLUTIONS, source))
        assert len(sentences) > MIN_PROSE
        assert not FILLER.search(sentences), FILLER.findall(sentences)
        assert "!" not in sentences

    def test_claims_are_asserted(self, source):
        """What the text claims is asserted in code, at least {MIN_ASSERTIONS} times."""
        assert sum(cell.source.count("assert ") for cell in code(read(lessons.SOLUTIONS, source))) >= MIN_ASSERTIONS

    def test_one_headline(self, source):
        """One cell is tagged `headline`; the last line that it prints is the result that `make run` shows."""
        notebook = read(lessons.SOLUTIONS, source)
        assert sum("headline" in tags(cell) for cell in notebook.cells) == 1
        assert run.headline(notebook)


@every_lesson
class TestExercises:
    def test_three_to_five(self, source):
        """There are three to five exercises, under headings that begin with *Exercise* and their number."""
        assert 3 <= len(exercises(read(lessons.SOLUTIONS, source))) <= 5

    def test_each_has_answer_check_hint_and_solution(self, source):
        """An exercise has a folded hint, a solution between `### BEGIN SOLUTION` and `### END SOLUTION` whose first
        line gives the reason, and a cell tagged `check` that calls `check.exercise_N(...)`."""
        for number, cells in enumerate(exercises(read(lessons.SOLUTIONS, source)), 1):
            sources = "\n".join(cell.source for cell in cells)
            assert "<summary>Hint</summary>" in sources, f"exercise {number} has no hint"
            assert "### BEGIN SOLUTION" in sources, f"exercise {number} has no solution"
            assert re.search(r"### BEGIN SOLUTION\n\s*#", sources), f"exercise {number}: its solution gives no reason"
            checks = [cell for cell in cells if "check" in tags(cell)]
            assert [cell.source for cell in checks if f"check.exercise_{number}(" in cell.source], number

    def test_learner_is_told_and_solution_is_right(self, source):
        """A check says "not attempted yet" in the learner's copy and "right" in the solution."""
        for folder, start in ((lessons.NOTEBOOKS, "not attempted yet"), (lessons.SOLUTIONS, "right:")):
            for cell in code(read(folder, source)):
                if "check" in tags(cell):
                    assert cell.outputs[0].data["text/plain"].startswith(start), f"{folder.name}: {cell.source}"

    def test_learners_copy_holds_no_solution(self, source):
        """The learner's copy holds no solution, but an empty answer cell for each exercise."""
        copy = json.dumps(read(lessons.NOTEBOOKS, source))
        assert "BEGIN SOLUTION" not in copy
        emptied = [cell for cell in code(read(lessons.NOTEBOOKS, source)) if lessons.EMPTIED in cell.source]
        assert len(emptied) >= len(exercises(read(lessons.NOTEBOOKS, source)))


@every_lesson
def test_within_budget(source):
    """Kernel seconds and megabytes stay within the budget in the lesson's own header (`course: {{seconds: 60,
    megabytes: 1300}}`)."""
    figures, budget = lessons.measured()[source.stem[:2]], lessons.settings(source)
    assert figures["seconds"] <= budget["seconds"]
    assert figures["megabytes"] <= budget["megabytes"]


@every_lesson
def test_core_minutes(source):
    """The core of a lesson, without its exercises and *Going further*, takes at most {MAX_MINUTES} minutes, as the
    build counts them: words / 150 + lines of code / 5 + kernel seconds / 60."""
    assert lessons.core_minutes(source) <= MAX_MINUTES


@every_lesson
def test_a_bug_hunt(source):
    """One exercise is called *Spot the bug* (`without: [bug hunt]`)."""
    hunted = "Spot the bug" in text(read(lessons.SOLUTIONS, source))
    assert hunted or "bug hunt" in lessons.settings(source)["without"]


@every_lesson
def test_what_it_does_without(source):
    """What a lesson does without, it says in its header; only what is marked so here can be waived."""
    assert set(lessons.settings(source)["without"]) <= WAIVABLE
