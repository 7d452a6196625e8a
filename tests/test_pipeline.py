"""The pipeline's checks can fail: planted faults are seen."""

import os
import re
import shutil
import subprocess
import sys
import time

import build
import execution
import lessons
import nbformat
import pytest


def nbval(folder, *arguments):
    """Run nbval as `make test` does, on the notebooks of a folder elsewhere."""
    (folder / "conftest.py").write_text((lessons.ROOT / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        "--color=no",
        "--rootdir",
        str(folder),
        "-c",
        os.devnull,
        *arguments,
        str(folder),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def notebook(*sources):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata=nbformat.from_dict(lessons.NOTEBOOK_METADATA),
    )


def falsify(book):
    """Change the first digit of the first printed number; return the code cell's index."""
    for index, cell in enumerate(build.code_cells(book)):
        for output in cell.outputs:
            if output.output_type == "stream" and re.search(r"\d", output.text) and not cell.metadata.get("tags"):
                output.text = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), output.text, count=1)
                return index
    raise AssertionError("the lesson prints no number")


def falsified_lesson():
    path = lessons.SOLUTIONS / f"{lessons.sources()[0].stem}.ipynb"
    book = nbformat.read(path, as_version=4)
    return path.name, book, falsify(book)


def dying_notebook():
    book = notebook("import os, signal, time", "os.kill(os.getpid(), signal.SIGKILL)\ntime.sleep(1000)")
    for count, cell in enumerate(book.cells, 1):
        cell.execution_count = count
    return book


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """nbval's verdict on a falsified lesson and on a notebook that dies: the false cell, what was said, the seconds."""
    folder = tmp_path_factory.mktemp("nbval")
    name, book, index = falsified_lesson()
    nbformat.write(book, folder / name)
    nbformat.write(dying_notebook(), folder / "dies.ipynb")
    start = time.monotonic()
    result = nbval(folder, "--nbval-cell-timeout", "200")
    return index, result, time.monotonic() - start


def test_a_false_number_in_a_lesson_is_rejected(checked):
    index, result, _ = checked
    assert result.returncode == 1, result.stdout
    assert re.search(rf"FAILED .*{lessons.sources()[0].stem}\S*::Cell {index}\b", result.stdout), result.stdout
    assert "2 failed" in result.stdout  # this cell, and the one that kills its kernel


def test_a_dead_kernel_ends_the_run_at_once_with_the_reason(checked):
    _, result, seconds = checked
    assert re.search(r"FAILED .*dies\S*::Cell 1\b", result.stdout), result.stdout
    assert "the kernel died in this cell: killed by SIGKILL" in result.stdout
    assert seconds < 150  # before the cell's time-out


def test_run_names_the_failing_cell():
    with pytest.raises(execution.LessonError, match=r"demo, code cell 2: ZeroDivisionError: division by zero\n1 / 0"):
        execution.execute(notebook("1", "1 / 0"), lessons.ROOT, "demo")


def test_run_reports_a_dead_kernel():
    with pytest.raises(execution.LessonError, match="code cell 1: the kernel died"):
        execution.execute(notebook("import os\nos._exit(3)"), lessons.ROOT, "demo")


@pytest.fixture(scope="module")
def small():
    """A run of a small notebook, and the notebook with its outputs."""
    environment = "import os\nprint(os.environ['TF_CPP_MIN_LOG_LEVEL'], os.environ['PYTHONHASHSEED'])"
    book = notebook("import numpy", environment, "import sys\nprint('noise', file=sys.stderr)")
    return execution.execute(book, lessons.ROOT, "small"), book


def test_peak_memory_is_the_kernels_own(small):
    large = execution.execute(notebook("import numpy\nfull = numpy.ones(50_000_000)\ndel full"), lessons.ROOT, "large")
    assert 300 < large.megabytes - small[0].megabytes < 500


SLIDER = "from ipywidgets import interact\nfrom IPython.display import display\n"


def test_an_error_behind_a_slider_stops_the_run():
    faulty = "_ = interact(lambda k: 1 / k, k=(0, 0))"
    with pytest.raises(execution.LessonError, match=r"demo, code cell 2: ZeroDivisionError: division by zero"):
        execution.execute(notebook(SLIDER, faulty), lessons.ROOT, "demo")


def test_sliders_with_many_outputs_do_not_wait_for_the_limit(monkeypatch):
    """With nbclient's stand-in for the slider's output, one cell in four did."""
    monkeypatch.setattr(execution, "CELL_TIMEOUT", 60)
    many = "_ = interact(lambda k: [display(i) for i in range(40)] and None, k=(0, 4))"
    assert execution.execute(notebook(SLIDER, *[many] * 15), lessons.ROOT, "demo").seconds < 60


def test_every_kernel_has_the_shared_environment(small):
    assert small[1].cells[1].outputs[0].text == "3 0\n"


def test_stderr_stops_the_build(small):
    with pytest.raises(execution.LessonError, match=r"demo, code cell 3 writes to stderr: noise"):
        build.refuse_debris(small[1], "demo")


LESSON = """\
# %% [markdown]
# # A title
# {{navigation}}

# %%
answer = ...
### BEGIN SOLUTION
# because
answer = 42
### END SOLUTION

# %% tags=["check"]
answer

# %% tags=["solution"]
"only in the solution"

# %%
VALUE
"""


def enter(folder, monkeypatch):
    """Let the pipeline work in this course's folder; return the path of its one source."""
    source = folder / "notebooks" / "source"
    for name, path in (
        ("SOURCE", source),
        ("NOTEBOOKS", source.parent),
        ("SOLUTIONS", source.parent / "solutions"),
        ("ROOT", folder),
    ):
        monkeypatch.setattr(lessons, name, path)
    return source / "00_demo.py"


def new_course(folder, monkeypatch):
    for name in ("source", "solutions", "tools"):
        (folder / "notebooks" / name).mkdir(parents=True)
    source = enter(folder, monkeypatch)
    source.write_text(LESSON.replace("VALUE", "print(6 * 7)"), encoding="utf-8")
    (folder / "notebooks/tools/repository.json").write_text('{"repository": null, "ref": "HEAD"}', encoding="utf-8")
    return source


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lesson in a folder of its own."""
    return new_course(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def first_build(tmp_path_factory):
    """A course that was built once, and what the build said."""
    folder = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        source = new_course(folder, patch)
        return folder, build.build(source, force=False, headers_only=False)


@pytest.fixture
def built(first_build, tmp_path, monkeypatch):
    """A copy of the built course, to change it."""
    shutil.copytree(first_build[0], tmp_path, dirs_exist_ok=True)
    return enter(tmp_path, monkeypatch)


def test_a_build_makes_both_copies_and_then_keeps_them(built, first_build):
    assert first_build[1] == "executed"
    emptied = nbformat.read(lessons.NOTEBOOKS / "00_demo.ipynb", as_version=4)
    solved = nbformat.read(lessons.SOLUTIONS / "00_demo.ipynb", as_version=4)
    assert [cell.source for cell in build.code_cells(emptied)] == [
        "answer = ...\n# your turn",
        "answer",
        "print(6 * 7)",
    ]
    assert build.code_cells(emptied)[1].outputs[0].data["text/plain"] == "Ellipsis"
    assert build.code_cells(solved)[1].outputs[0].data["text/plain"] == "42"
    before = (lessons.SOLUTIONS / "00_demo.ipynb").stat().st_mtime_ns
    assert build.build(built, force=False, headers_only=False) == "kept its outputs"
    assert (lessons.SOLUTIONS / "00_demo.ipynb").stat().st_mtime_ns == before


def test_new_text_keeps_outputs_and_new_code_is_executed(built):
    built.write_text(built.read_text(encoding="utf-8").replace("A title", "Another title"), encoding="utf-8")
    assert build.build(built, force=False, headers_only=False) == "kept its outputs"
    assert "Another title" in (lessons.NOTEBOOKS / "00_demo.ipynb").read_text(encoding="utf-8")
    built.write_text(built.read_text(encoding="utf-8").replace("6 * 7", "6 * 8"), encoding="utf-8")
    with pytest.raises(SystemExit, match="run `make notebooks`"):
        build.build(built, force=False, headers_only=True)
    assert build.build(built, force=False, headers_only=False) == "executed"


def test_a_lesson_may_not_depend_on_an_answer(course):
    course.write_text(LESSON.replace("VALUE", "print(answer)"), encoding="utf-8")
    with pytest.raises(execution.LessonError, match="depends on the exercises' answers"):
        build.build(course, force=False, headers_only=False)


def test_a_failed_build_leaves_the_old_notebook(built):
    old = (lessons.SOLUTIONS / "00_demo.ipynb").read_bytes()
    built.write_text(LESSON.replace("VALUE", "1 / 0"), encoding="utf-8")
    with pytest.raises(execution.LessonError, match="ZeroDivisionError"):
        build.build(built, force=False, headers_only=False)
    assert (lessons.SOLUTIONS / "00_demo.ipynb").read_bytes() == old


def test_solutions_link_one_folder_up():
    text = "[a](glossary.md) [b](01_x.ipynb) [c](https://example.org) [d](#here) [e](../data/README.md)"
    assert lessons.from_the_folder_above(text) == (
        "[a](../glossary.md) [b](01_x.ipynb) [c](https://example.org) [d](#here) [e](../../data/README.md)"
    )


def test_an_unknown_lesson_number_is_named():
    with pytest.raises(SystemExit, match="There is no lesson 77"):
        lessons.select(["77"])
