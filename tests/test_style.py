"""The code is formatted, and free of what ruff (settings in pyproject.toml) finds; both can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {"check": ["check", "--no-fix"], "format": ["format", "--check"]}
FAULTS = {"check": "import os\n", "format": "x = {  'a':1 }\n"}


def ruff(command, folder):
    """What ruff says about a folder, and whether it is content."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *COMMANDS[command], "--no-cache", "--quiet", "."],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr, done.returncode == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_the_code_is_clean(command):
    said, clean = ruff(command, ROOT)
    assert clean, f"{said}\nrun `.venv/bin/ruff check --fix . && .venv/bin/ruff format .`"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_fault_is_seen(tmp_path, command):
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "fault.py").write_text(FAULTS[command])
    assert not ruff(command, tmp_path)[1]
