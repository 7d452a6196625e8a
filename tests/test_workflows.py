"""The CI that a fork will use: valid by the workflow schema, and it calls what exists."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What the schema's checker says of all workflows and of a broken one, in one process: its start takes longest."""
    broken = tmp_path_factory.mktemp("workflows") / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text().replace("runs-on", "runs_on"))
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*checker, "-v", "-o", "json", *WORKFLOWS, broken], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


def jobs(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text())["jobs"]


def commands(job):
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_obeys_the_schema(checked, path):
    assert str(path) in checked["successes"]
    assert not [error for error in checked["errors"] + checked["parse_errors"] if error["filename"] == str(path)]


def test_the_schema_check_can_fail(checked):
    assert {Path(error["filename"]).name for error in checked["errors"]} == {"broken.yml"}


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
