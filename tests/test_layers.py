"""The layers of `helpers` (contracts in pyproject.toml) hold, and a fault against them is seen."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(folder):
    """What import-linter says about the `helpers` in a folder, and whether it found every contract kept."""
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo"]
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode == 0


@pytest.fixture
def copy(tmp_path):
    """The code and its contracts, to be spoilt."""
    shutil.copytree(ROOT / "helpers", tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_module_imports_from_its_layer_or_a_lower_one():
    said, kept = lint(ROOT)
    assert kept, said


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("evaluation/metrics.py", "from helpers.detectors.tables import statistical", "helpers.evaluation is not"),
        ("detectors/tables/inputs.py", "from helpers.report import page", "helpers.detectors is not allowed"),
        ("datasets/files.py", "from helpers.training import progress", "helpers.datasets is not allowed"),
        ("datasets/files.py", "from helpers.datasets import tables", "No cycles are allowed in helpers.datasets"),
        ("astrology.py", "", "- helpers.astrology"),
    ],
)
def test_a_fault_is_seen(copy, module, line, complaint):
    path = copy / "helpers" / module
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")
    said, kept = lint(copy)
    assert not kept
    assert complaint in re.sub(r"\s+", " ", said), said
