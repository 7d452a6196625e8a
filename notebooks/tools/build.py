"""Build the notebooks from their sources: `make notebooks`.

A lesson is executed again when its code changed, or a module or data file that it reaches; otherwise its outputs are
kept and only its text is refreshed. A lesson's first build also notes its seconds and memory. `--headers` never
executes: it rewrites navigation lines and measured figures.

    python notebooks/tools/build.py [01 02 ...] [--headers] [--force]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import execution
import lessons
import nbformat

__all__ = ["carry_outputs", "main"]


def write(notebook, path: Path) -> None:
    """Write beside the target, then rename: an interrupted build leaves the old notebook whole."""
    text = nbformat.writes(notebook, version=4) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    draft = path.with_suffix(".tmp")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def refuse_debris(notebook, name: str) -> None:
    """Raise `LessonError` for what no reader should see in a stored output."""
    for count, cell in enumerate(code_cells(notebook), 1):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                raise execution.LessonError(f"{name}, code cell {count} writes to stderr: {output.text[:200]}")


def tidy(notebook) -> None:
    """Drop what is of use to a live kernel only: widgets and their text stand-ins."""
    for cell in code_cells(notebook):
        if "interactive" in cell.metadata.get("tags", []):
            cell.outputs = []
        for output in cell.outputs:
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            output.pop("transient", None)
    notebook.metadata.pop("widgets", None)


def carry_outputs(old, new) -> bool:
    """Give `new` the outputs of `old` if both have the same code cells; say whether they do."""
    if [cell.source for cell in code_cells(old)] != [cell.source for cell in code_cells(new)]:
        return False
    for before, after in zip(code_cells(old), code_cells(new), strict=True):
        after.outputs, after.execution_count = before.outputs, before.execution_count
    return True


def share_outputs(solved, emptied, name: str) -> None:
    """Check that a lesson says the same before and after its exercises are solved."""
    by_id = {cell.id: cell for cell in code_cells(solved)}
    for cell in code_cells(emptied):
        twin = by_id[cell.id]
        if cell.source != twin.source or "check" in cell.metadata.get("tags", []):
            continue
        alike = [o.get("text") for o in cell.outputs] == [o.get("text") for o in twin.outputs]
        if not alike and "seconds" not in cell.metadata.get("tags", []):  # no two runs take the same time
            raise execution.LessonError(f"{name}: a cell's output depends on the exercises' answers:\n{cell.source}")
        cell.outputs = twin.outputs


def run(notebook, path: Path, name: str) -> tuple[float, float]:
    """Execute a notebook where it will lie; return kernel seconds and peak megabytes."""
    took = execution.execute(notebook, path.parent, name)
    refuse_debris(notebook, name)
    tidy(notebook)
    return took.seconds, took.megabytes


def build(source: Path, force: bool, headers_only: bool) -> str:
    """Bring both notebooks of a lesson up to date; return what was done."""
    wanted = lessons.fingerprint(source)
    paths = lessons.SOLUTIONS / f"{source.stem}.ipynb", lessons.NOTEBOOKS / f"{source.stem}.ipynb"
    fresh = lessons.solution(source), lessons.learner(source)
    stored = [nbformat.read(path, as_version=4) if path.exists() else None for path in paths]
    kept = not force and all(
        old is not None and carry_outputs(old, new) and (headers_only or old.metadata.get("built_from") == wanted)
        for old, new in zip(stored, fresh, strict=True)
    )
    if headers_only and not kept:
        raise SystemExit(f"{source.stem}: its code changed since it was built; run `make notebooks`.")
    if not kept:
        took = [run(notebook, path, source.stem) for notebook, path in zip(fresh, paths, strict=True)]
        share_outputs(*fresh, source.stem)
        if source.stem[:2] not in lessons.measured():
            lessons.record({source.stem[:2]: took[0]})
    for old, notebook, path in zip(stored, fresh, paths, strict=True):
        notebook.metadata["built_from"] = old.metadata.get("built_from") if kept else wanted
        write(notebook, path)
    return "kept its outputs" if kept else "executed"


def write_readme() -> None:
    """Refresh README's table of lessons."""
    path = lessons.ROOT / "README.md"
    start, end = "<!-- lessons -->\n", "<!-- /lessons -->"
    before, rest = path.read_text(encoding="utf-8").split(start)
    table = lessons.course_table("notebooks/") + "\n"
    path.write_text(before + start + table + rest[rest.index(end) :], encoding="utf-8")


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(description="Build the notebooks from their sources.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons (default: all)")
    parser.add_argument("--headers", action="store_true", help="refresh text and headers only, execute nothing")
    parser.add_argument("--force", action="store_true", help="execute again even if nothing changed")
    arguments = parser.parse_args()
    subprocess.run([sys.executable, lessons.TOOLS / "counts.py"], check=True)
    chosen, known = lessons.select(arguments.lessons), lessons.measured()
    for source in chosen:
        try:
            print(f"{source.stem}: {build(source, arguments.force, arguments.headers)}", flush=True)
        except execution.LessonError as error:
            raise SystemExit(f"FAILED {error}") from None
    if lessons.measured() != known:  # a new lesson took its first figures: they stand in headers and in the map
        for source in chosen:
            build(source, force=False, headers_only=True)
    write_readme()


if __name__ == "__main__":
    main()
