"""From a lesson's source to its two notebooks, without running anything.

A lesson is edited in one place, ``notebooks/source/NN_slug.py`` (jupytext "percent" text). `solution` gives the
notebook with the exercises solved, `learner` the one with them emptied. Both are pure functions of the source, of
``measured.json`` (seconds and memory) and of ``repository.json`` (the public address, once it is known).
"""

import hashlib
import json
import math
import re
from pathlib import Path

import glossary
import jupytext
import links
import minutes
import nbformat
import reach
from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

__all__ = [
    "NOTEBOOKS",
    "ROOT",
    "SOLUTIONS",
    "SOURCE",
    "TOOLS",
    "core_minutes",
    "course_table",
    "fingerprint",
    "learner",
    "measured",
    "record",
    "select",
    "settings",
    "solution",
    "sources",
]

TOOLS = Path(__file__).resolve().parent
NOTEBOOKS = TOOLS.parent
SOURCE = NOTEBOOKS / "source"
SOLUTIONS = NOTEBOOKS / "solutions"
ROOT = NOTEBOOKS.parent

EMPTIED = "# your turn"
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
RELATIVE_LINK = re.compile(r"(\]\()(?!https?:|#|mailto:)([^)]+\))")


def sources() -> list[Path]:
    """The lessons' sources, in the order of the course."""
    return sorted(SOURCE.glob("[0-9][0-9]_*.py"))


def select(numbers: list[str]) -> list[Path]:
    """The sources of the lessons with these numbers ("01"), or of all; `SystemExit` names a number without a lesson."""
    if not numbers:
        return sources()
    found = {source.stem[:2]: source for source in sources()}
    unknown = [number for number in numbers if number not in found]
    if unknown:
        raise SystemExit(f"There is no lesson {', '.join(unknown)}. Choose from: {', '.join(found)}.")
    return [found[number] for number in numbers]


def measured() -> dict:
    """Seconds and megabytes of each lesson, as its first build or `make measure` wrote them."""
    path = SOURCE / "measured.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def settings(source: Path) -> dict:
    """What a lesson's header says of itself under `course`: its budget, and the rules `without` which it is built."""
    return {"without": [], **jupytext.read(source).metadata["course"]}


def record(figures: dict[str, tuple[float, float]]) -> None:
    """Write seconds and megabytes of lessons, by number, rounded up to whole seconds and tens of megabytes."""
    rounded = {
        number: {"seconds": math.ceil(seconds), "megabytes": math.ceil(megabytes / 10) * 10}
        for number, (seconds, megabytes) in figures.items()
    }
    text = json.dumps(dict(sorted((measured() | rounded).items())), indent=2) + "\n"
    (SOURCE / "measured.json").write_text(text, encoding="utf-8")


def counts() -> dict[str, str]:
    """What texts count, in words, as counts.py wrote them."""
    return json.loads((TOOLS / "counts.json").read_text(encoding="utf-8"))


def title(source: Path) -> str:
    """The lesson's title: its first heading."""
    return re.search(r"^# # (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE)[1]


def navigation(source: Path) -> str:
    """The line under the title: where we are, the lessons before and after, Binder."""
    course = sources()
    here = course.index(source)
    parts = [f"Lesson {source.stem[:2]}"]
    if here > 0:
        before = course[here - 1]
        parts.append(f"[← {title(before)}]({before.stem}.ipynb)")
        parts.append(f"[contents]({course[0].stem}.ipynb#The-map-of-the-course)")
    parts += ["[glossary](glossary.md)", "[cheat sheet](cheat_sheet.md)"]
    if here + 1 < len(course):
        after = course[here + 1]
        parts.append(f"[{title(after)} →]({after.stem}.ipynb)")
    if link := links.binder_url(links.read_settings(ROOT), f"{source.stem}.ipynb"):
        parts.append(f"[open on Binder]({link})")
    return " · ".join(parts)


def measured_needs(source: Path) -> str:
    """Seconds and memory of the lesson, as the header prints them."""
    figures = measured().get(source.stem[:2])
    if figures is None:
        return "not yet measured"
    return f"{figures['seconds']} s and {figures['megabytes']} MB on two cores"


def core_minutes(source: Path) -> int:
    """Minutes that the core of a lesson takes, counted from its text and code."""
    seconds = measured().get(source.stem[:2], {"seconds": 0})["seconds"]
    return minutes.core_minutes(jupytext.read(source).cells, seconds)


def course_table(folder: str = "") -> str:
    """The lessons as a Markdown table; `folder` stands before the links."""
    rows = ["| lesson | what you'll do | minutes: core + exercises | seconds | MB |", "|---|---|---|---|---|"]
    for source in sources():
        text = re.sub(r"\n# ?", " ", source.read_text(encoding="utf-8"))
        goal = re.search(r"\*\*What you'll do\.\*\* (.+?)  ", text)[1]
        exercise = re.search(r"minutes to read, (\d+) for the exercises", text)[1]
        figures = measured().get(source.stem[:2], {"seconds": "?", "megabytes": "?"})
        link = f"[{source.stem[:2]} {title(source)}]({folder}{source.stem}.ipynb)"
        minutes_both = f"{core_minutes(source)} + {exercise}"
        rows.append(f"| {link} | {goal} | {minutes_both} | {figures['seconds']} | {figures['megabytes']} |")
    return "\n".join(rows)


def name_cells(cells: list) -> None:
    """Give each cell an id made from its content: a change in one cell leaves the ids of the others alone."""
    seen = {}
    for cell in cells:
        name = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"


def assemble(source: Path):
    """The lesson as a notebook without outputs: cells named, terms linked to the glossary, header filled in."""
    notebook = jupytext.read(source)
    name_cells(notebook.cells)
    glossary.link_cells(notebook.cells, source.stem[:2])
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        cell.source = cell.source.replace("{{navigation}}", navigation(source))
        cell.source = cell.source.replace("{{measured}}", measured_needs(source))
        cell.source = cell.source.replace("{{minutes}}", str(core_minutes(source)))
        for name, count in counts().items():
            cell.source = cell.source.replace(f"{{{{{name}}}}}", count)
        if "{{map}}" in cell.source:
            cell.source = cell.source.replace("{{map}}", course_table())
    return nbformat.v4.new_notebook(cells=notebook.cells, metadata=nbformat.from_dict(NOTEBOOK_METADATA))


def from_the_folder_above(text: str) -> str:
    """Relative links of a lesson as they must be written one folder deeper; links from lesson to lesson stay."""

    def deeper(match):
        return match[0] if re.match(r"\d\d_", match[2]) else f"{match[1]}../{match[2]}"

    return RELATIVE_LINK.sub(deeper, text)


def solution(source: Path):
    """The notebook with the exercises solved, without outputs."""
    notebook = assemble(source)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = from_the_folder_above(cell.source)
    return notebook


def learner(source: Path):
    """The notebook with the exercises emptied and the cells tagged `solution` removed, without outputs."""
    options = Config()
    options.ClearSolutions.code_stub = {"python": EMPTIED}
    options.ClearSolutions.enforce_metadata = False
    options.TagRemovePreprocessor.remove_cell_tags = {"solution"}
    notebook, resources = assemble(source), {}
    for step in (ClearSolutions(config=options), TagRemovePreprocessor(config=options)):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook


def fingerprint(source: Path) -> str:
    """A hash of all that decides the lesson's outputs: its code, the modules that it reaches, the data that they name.

    Text alone changes no output, and what the lesson does not import cannot change any (see `reach`).
    """
    code = "".join(cell.source for cell in assemble(source).cells if cell.cell_type == "code")
    digest = hashlib.sha256(code.encode())
    for path, contents in sorted(reach.Tree(ROOT).reached(source.read_text(encoding="utf-8")).items()):
        digest.update(path.encode())
        digest.update(contents)
    return digest.hexdigest()[:16]
