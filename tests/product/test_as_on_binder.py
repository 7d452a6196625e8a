"""Every lesson as on Binder, and a little stricter: one core, 2 GB, no network, and the course cannot be written to.

One pass over the lessons, through the server that `make lab` starts. Where Linux allows it, a namespace of its own
takes away the network and the right to write, from root too; elsewhere a guard in the kernel and permissions do.
"""

import json
import os
import shutil
import subprocess
import sys

from tests.lab import ROOT

import lessons
import pytest

pytestmark = [
    pytest.mark.product,
    pytest.mark.skipif(sys.platform != "linux", reason="cores and peak memory are counted as Linux counts them"),
]
LIMIT = 2000  # MB
NOT_COPIED = (".git", ".venv", "mine", "__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache")
READ_ONLY_AND_OFFLINE = """
{ ip link set lo up || ifconfig lo up; } && mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"
"""
# An audit hook cannot be taken out again.
GUARD = """
import sys

def refuse(event, arguments):
    address = arguments[1] if event == "socket.connect" else None
    if isinstance(address, tuple) and not address[0].startswith(("127.", "::1")):
        raise OSError(f"a lesson may not leave this machine: connection to {address}")
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "localhost", "127.0.0.1", "::1"):
        raise OSError(f"a lesson may not leave this machine: look-up of {arguments[0]}")

sys.addaudithook(refuse)
del sys, refuse  # no names that a lesson does not have elsewhere
"""


def read_only_copy(folder):
    """The course without what the work with it leaves behind, and without the right to write."""
    course = folder / "course"
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(*NOT_COPIED))
    subprocess.run(["chmod", "-R", "a-w", course], check=True)
    return course


def listing(course):
    """Every file's place, size and time of the last change."""
    return {
        path.relative_to(course): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in course.rglob("*")
        if path.is_file()
    }


def isolation(course):
    """The words before a command that cut it off in a namespace of its own; none where that is not possible."""
    words = ["unshare", "--map-root-user", "--mount", "--net", "sh", "-c", READ_ONLY_AND_OFFLINE, str(course)]
    possible = shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    return words if possible else []


def on_one_core(command):
    """The command's lines of JSON, read as they come."""
    core = max(os.sched_getaffinity(0))
    process = subprocess.Popen(["taskset", "-c", str(core), *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        yield from map(json.loads, process.stdout)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    """What bound the kernels, what each lesson took, and what changed in the course and in the temporary files."""
    folder = tmp_path_factory.mktemp("binder")
    startup = folder / "IPYTHONDIR" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "refuse.py").write_text(GUARD)
    course = read_only_copy(folder)
    before = listing(course)
    command = [*isolation(course), sys.executable, "-m", "tests.product.as_on_binder", str(course), str(folder)]
    binding, *took = on_one_core(command)
    if not binding["no writing"]:
        pytest.skip("root may write everywhere, and namespaces are not permitted here: run this as another user")
    changed = {path for path, _ in before.items() ^ listing(course).items()}
    return binding, {row["lesson"]: row for row in took}, changed, sorted((folder / "tmpdir").rglob("*"))


every_lesson = pytest.mark.parametrize("lesson", [source.stem for source in lessons.sources()])


@every_lesson
def test_lesson_runs_read_only_offline_and_on_one_core(binder, lesson):
    binding, took, *_ = binder
    assert binding == {"cores": 1, "no writing": True, "no network": True}
    assert took[lesson]["failure"] is None, took[lesson]["failure"]


@every_lesson
def test_server_and_one_kernel_stay_within_2_gb(binder, lesson, record_property):
    row = binder[1][lesson]
    both = row["server"] + row["kernel"]  # each at its own peak, shared pages counted twice: an upper bound
    record_property(
        "binder row",
        f"{lesson:<34} {row['seconds']:7.1f} {row['cpu']:7.1f} {row['server']:7.0f} {row['kernel']:7.0f} {both:7.0f}",
    )
    assert min(row["server"], row["kernel"]) > 0 and both < LIMIT


def test_nothing_is_written_into_the_course(binder):
    assert binder[2] == set()


def test_kernels_that_are_shut_down_leave_no_temporary_files(binder):
    assert [path.name for path in binder[3]] == []


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_the_guard_refuses_to_leave_the_machine(address):
    code = f"{GUARD}\nimport socket\nsocket.create_connection(('{address}', 80), timeout=5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "a lesson may not leave this machine" in done.stderr.splitlines()[-1]


def test_the_guard_lets_this_machine_through(tmp_path):
    code = (
        f"{GUARD}\nimport socket\nwith socket.create_server(('127.0.0.1', 0)) as s:\n    "
        "socket.create_connection(s.getsockname()).close()\nprint('through')"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "through\n"
