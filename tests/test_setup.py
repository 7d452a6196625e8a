"""The set-up of .venv, with pretended Pythons: nothing is installed here."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
BY_PIP = "-m pip install --no-input --require-hashes -r requirements.lock"
TOOLS = ["sh", "make", "dirname", "cat", "rm", "cp", "mkdir", "uname", "awk", "tail", "id", "sed"]

# Answers what setup.sh asks, notes every call, and breaks down at calls that contain $BREAK.
PRETENDED_PYTHON = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    *"${{BREAK:-nothing}}"*) exit 1 ;;
    *version_info*) echo {version} ;;
    *ensurepip*) exit {without_venv} ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m uv --quiet venv "*) for venv; do :; done; mkdir -p "$venv/bin" && cp "$0" "$venv/bin/python" ;;
esac
"""


class Machine:
    """A course folder on a machine that has the basic tools and only the Pythons given to it."""

    def __init__(self, folder):
        self.course, self.bin, self.calls = folder / "my course", folder / "bin", folder / "calls"
        shutil.copytree(ROOT / ".ci", self.course / ".ci")
        for name in ("Makefile", "requirements.lock", "pyproject.toml"):
            shutil.copy2(ROOT / name, self.course)
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))

    def program(self, name, text):
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def python(self, name, version, without_venv=0):
        self.program(name, PRETENDED_PYTHON.format(version=version, without_venv=without_venv))

    def run(self, *command, **variables):
        """The finished process and the calls that Pythons received."""
        self.calls.write_text("")
        environment = {"PATH": str(self.bin), "CALLS": str(self.calls)} | variables
        done = subprocess.run(command, cwd=self.course, env=environment, capture_output=True, text=True)
        return done, self.calls.read_text()

    def setup(self, **variables):
        return self.run("sh", ".ci/setup.sh", **variables)

    def is_ready(self):
        return (self.course / ".venv/.complete").exists()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def only_line(done):
    """What a failed command said, which must be one line (make adds one of its own)."""
    assert done.returncode != 0
    lines = [line for line in (done.stderr + done.stdout).splitlines() if not line.startswith("make: ***")]
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize(
    "pythons, said",
    [
        ({}, "found: none"),
        ({"python3": "3.10"}, "found: python3 is 3.10 (too old)"),
        ({"python": "2.7"}, "found: python is 2.7 (too old)"),
        ({"python3": "3.14"}, "found: python3 is 3.14 (too new for TensorFlow)"),
        ({"python3": "3.15", "python": "3.9"}, "python3 is 3.15 (too new for TensorFlow), python is 3.9"),
    ],
)
def test_no_fitting_python_is_said_in_one_line(machine, pythons, said):
    for name, version in pythons.items():
        machine.python(name, version)
    line = only_line(machine.run("make", "lab")[0])
    assert said in line and "Python 3.11, 3.12 or 3.13" in line and "PYTHON=/path/to" in line
    assert not (machine.course / ".venv").exists()


def test_a_missing_venv_module_is_named(machine):
    machine.python("python3", "3.11", without_venv=1)
    assert "apt install python3.11-venv" in only_line(machine.run("make", "test")[0])


def test_intel_macs_are_sent_to_binder(machine):
    machine.python("python3", "3.12")
    machine.program("uname", "#!/bin/sh\necho Darwin x86_64\n")
    assert "Binder" in only_line(machine.setup()[0])


def test_the_search_passes_over_what_does_not_fit(machine):
    machine.program("python3", "#!/bin/sh\nexit 127\n")  # a pyenv shim with no Python behind it
    machine.python("python3.13", "3.13", without_venv=1)
    machine.python("python3.12", "3.12")
    done, _ = machine.setup()
    assert done.returncode == 0, done.stderr
    assert "Making .venv with Python 3.12" in done.stdout and machine.is_ready()


def test_python_variable_decides_alone(machine):
    machine.python("python3", "3.12")
    machine.python("old", "3.10")
    assert "old is 3.10" in only_line(machine.run("make", "lab", "PYTHON=old")[0])
    assert "old is 3.10" in only_line(machine.setup(PYTHON="old")[0])


def test_uv_installs_the_lock_and_comes_from_it(machine):
    machine.python("python3", "3.11")
    _, calls = machine.setup()
    assert "-m uv pip install" in calls and BY_PIP not in calls
    assert calls.splitlines()[-1].endswith("--no-deps --no-build-isolation -e .")
    uv = (machine.course / ".venv/uv.txt").read_text()
    assert re.match(r"uv==[\d.]+ \\\n    --hash=sha256:", uv) and uv.count("==") == 1


def test_pip_steps_in_for_uv(machine):
    machine.python("python3", "3.11")
    done, calls = machine.setup(BREAK="-m uv")
    assert BY_PIP in calls
    assert done.returncode == 0 and machine.is_ready()


def test_a_failed_set_up_is_no_venv_and_the_next_one_starts_anew(machine):
    machine.python("python3", "3.11")
    done, _ = machine.setup(BREAK="-e .")
    assert done.returncode != 0 and not machine.is_ready()
    assert "Is there network" in done.stderr.splitlines()[-1]
    (machine.course / ".venv/debris").touch()
    machine.setup()
    assert machine.is_ready() and not (machine.course / ".venv/debris").exists()


def test_a_second_make_installs_nothing_and_starts_nothing_but_its_job(machine):
    machine.python("python3", "3.11")
    machine.run("make", "notebooks")
    _, calls = machine.run("make", "notebooks")
    assert calls == "notebooks/tools/build.py\n"


@pytest.mark.parametrize(
    ("given", "passed"), [([], ""), (["BASE=HEAD~2"], "HEAD~2"), (["ALL=1", "BASE=v1"], "--all v1")]
)
def test_what_changed_is_compared_with_a_commit(machine, given, passed):
    machine.python("python3", "3.11")
    machine.setup()
    _, calls = machine.run("make", "test-changed", *given)
    assert calls.split() == ["notebooks/tools/changed.py", *passed.split()]


def test_jupyterlab_looks_as_on_binder(machine):
    machine.python("python3", "3.11")
    machine.setup()
    settings = json.loads((machine.course / ".venv/etc/jupyter/labconfig/page_config.json").read_text())
    assert settings["disabledExtensions"]["@jupyter/nbgrader"] is True


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", ".ci/setup.sh"])
def test_a_new_lock_or_project_file_updates_the_venv_in_place(machine, name):
    machine.python("python3", "3.11")
    machine.setup()
    (machine.course / ".venv/learners_own_package").touch()
    (machine.course / name).write_text((machine.course / name).read_text())
    done, calls = machine.run("make", "notebooks")
    assert "up to date" in done.stdout and "-m uv pip install" in calls and "-m venv" not in calls
    assert (machine.course / ".venv/learners_own_package").exists() and machine.is_ready()


def test_an_interrupted_update_does_not_count(machine):
    machine.python("python3", "3.11")
    machine.setup()
    machine.setup(BREAK="pip install")
    assert not machine.is_ready()


@pytest.mark.parametrize("harm", ["move the folder", "lose the Python"])
def test_a_venv_that_cannot_work_any_more_is_made_anew(machine, harm):
    machine.python("python3", "3.11")
    machine.setup()
    if harm == "move the folder":
        machine.course = machine.course.rename(machine.course.with_name("moved"))
    else:
        (machine.course / ".venv/bin/python").unlink()
    _, calls = machine.run("make", "notebooks")
    assert "-m venv .venv" in calls and machine.is_ready()


@pytest.mark.parametrize("processor, runs", [("x86_64", True), ("arm64", False)])
def test_another_processor_is_imitated_only_where_that_is_possible(machine, processor, runs):
    machine.python("python3", "3.11")
    machine.program("uname", f"#!/bin/sh\necho {processor}\n")
    machine.setup()
    done, calls = machine.run("make", "test-portable")
    assert done.returncode == 0
    assert ("-m pytest notebooks/solutions" in calls, "skipped" in done.stdout) == (runs, not runs)


# ------------------------------------------------- the lanes: the oldest and the newest versions permitted


@pytest.mark.parametrize(("lane", "resolution"), [("oldest", "lowest-direct"), ("newest", "highest")])
def test_a_lane_tests_in_a_venv_of_its_own(machine, lane, resolution):
    machine.python("python3", "3.11")
    machine.setup()
    before = sorted(machine.course.glob(".venv/**/*"))
    done, calls = machine.run("make", f"test-{lane}", "TEST_ARGS=-n 1 tests", "PYTHON=/path/to/python3.13")
    assert done.returncode == 0, done.stderr
    made, installed, _, tested = calls.splitlines()
    assert made.endswith(f"--python /path/to/python3.13 .venv-{lane}")
    assert f"--python .venv-{lane}/bin/python --resolution {resolution} " in installed
    assert tested == "-m pytest -n 1 tests"
    assert sorted(machine.course.glob(".venv/**/*")) == before


def test_a_lane_that_cannot_be_installed_tests_nothing(machine):
    machine.python("python3", "3.11")
    machine.setup()
    done, calls = machine.run("make", "test-oldest", BREAK="--resolution")
    assert done.returncode != 0 and "pytest" not in calls


def test_an_unknown_lane_is_refused_with_the_known_ones(machine):
    assert "oldest|newest" in only_line(machine.run("sh", ".ci/lane.sh", "middle")[0])


@pytest.fixture(scope="module")
def dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in [*project["dependencies"], *project["optional-dependencies"]["test"]]]


def test_every_range_is_closed_at_both_ends(dependencies):
    """An open end permits versions that nobody has run."""
    open_ended = [str(r) for r in dependencies if {"<", ">="} != {one.operator for one in r.specifier}]
    assert not open_ended, f"{open_ended}: name the oldest and the first untested version in pyproject.toml"


def test_the_lock_lies_within_every_range(dependencies):
    lock = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    outside = [
        f"{name} {version}, {r}"
        for r in dependencies
        for name, version in lock
        if canonicalize_name(r.name) == name and version not in r.specifier
    ]
    assert not outside, f"{outside}: run `make lock`"
    assert {canonicalize_name(r.name) for r in dependencies} <= {name for name, _ in lock}


def test_setup_and_pyproject_name_the_same_pythons():
    script = (ROOT / ".ci/setup.sh").read_text()
    accepted = re.search(r"^ +(3\.\d+(?: \| 3\.\d+)*)\)$", script, re.MULTILINE)[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert accepted == "3.11 | 3.12 | 3.13" and project["requires-python"] == ">=3.11,<3.14"


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    declared = set(re.search(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)[1].split())
    said = subprocess.check_output(["make", "--no-print-directory"], cwd=ROOT, text=True)
    assert {line.split()[1] for line in said.splitlines()} == declared
