"""environment.yml, which Binder and conda read, says what pyproject.toml and the lock say."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKED = re.compile(r"^([\w.\-\[\],]+==[^\\\n]+?)\s*\\?$", re.MULTILINE)


def pinned(lines):
    return {(r.name, str(r.specifier), str(r.marker or "")) for r in map(Requirement, lines)}


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text())


@pytest.fixture(scope="module")
def pip_lines(environment):
    return environment["dependencies"][-1]["pip"]


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_only_conda_forge_and_exactly_one_python(environment):
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][:-1] == ["python=3.11", "pip"]


def test_the_course_itself_comes_last(pip_lines):
    assert pip_lines[-1] == "-e ."


def test_versions_are_those_of_the_lock(pip_lines):
    lock = pinned(LOCKED.findall((ROOT / "requirements.lock").read_text()))
    ours = {(name, version) for name, version, _ in pinned(pip_lines[:-1])}
    other = ours - {(name, version) for name, version, _ in lock}
    assert not other, f"not in requirements.lock: {sorted(other)}; `make lock` writes both files"


def test_every_dependency_is_there_with_its_marker(pip_lines, project):
    """A package split by platform (tensorflow) must be split here too."""
    ours = {name: marker for name, _, marker in pinned(pip_lines[:-1])}
    wanted = {canonicalize_name(r.name): r.marker for r in map(Requirement, project["dependencies"])}
    assert set(wanted) <= set(ours), f"missing: {set(wanted) - set(ours)}; run `make lock`"
    assert all(ours[name] for name, marker in wanted.items() if marker)


def test_test_tools_stay_out(pip_lines, project):
    ours = {name for name, _, _ in pinned(pip_lines[:-1])}
    tools = {canonicalize_name(Requirement(line).name) for line in project["optional-dependencies"]["test"]}
    # nbval and JupyterLab bring these
    needed_by_learners = {"pytest", "nbclient", "psutil", "pyyaml", "setuptools"}
    assert ours & tools <= needed_by_learners


def test_binder_accepts_the_configuration():
    pytest.importorskip("repo2docker", reason="jupyter-repo2docker is not installed")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Building conda environment for python=3.11\n" in said
    assert '--file "environment.yml"' in said
