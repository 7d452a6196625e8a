"""The CI that a fork will use: valid by the workflow schema, and it calls what exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def check_schema(path):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", path]
    return subprocess.run(command, capture_output=True, text=True)


def jobs(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text())["jobs"]


def commands(job):
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_obeys_the_schema(path):
    done = check_schema(path)
    assert done.returncode == 0, done.stdout


def test_the_schema_check_can_fail(tmp_path):
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text().replace("runs-on", "runs_on"))
    assert check_schema(broken).returncode != 0


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / ".ci/run"], ids=lambda path: path.name)
def test_only_targets_that_exist_are_called(path):
    called = re.findall(r"\bmake ([a-z-]*[a-z])(?![\w$-])", path.read_text())
    assert called and set(called) <= TARGETS


def test_each_push_is_tested_on_linux_and_macos():
    job = jobs("test")["test"]
    assert {"ubuntu-latest", "macos-latest"} <= set(job["strategy"]["matrix"]["os"])
    assert commands(job) == ["make test"]


def test_weekly_looks_at_learners_copies():
    assert {".venv/bin/python -m pytest notebooks", "make test-product"} <= set(commands(jobs("weekly")["lessons"]))


def test_weekly_runs_each_lane_and_an_audit_without_blocking():
    weekly = jobs("weekly")
    assert commands(weekly["versions"]) == ["make test-${{ matrix.lane }}"]
    lanes = {entry["lane"] for entry in weekly["versions"]["strategy"]["matrix"]["include"]}
    assert {f"test-{lane}" for lane in lanes} == {"test-oldest", "test-newest"} <= TARGETS
    assert "--require-hashes" in commands(weekly["audit"])[-1]
    assert all(weekly[job]["continue-on-error"] is True for job in ("versions", "audit"))
