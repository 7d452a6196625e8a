"""What is loaded, installed and served is safe: no code from data, no network unasked, a lock with hashes, a token."""

import ast
import os
import re
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from helpers.environment import KERNEL_ENVIRONMENT

import lessons
import pytest

ROOT = Path(__file__).resolve().parents[1]
# Not data/regenerate: a maintainer's script there reads a pickle, whose bytes it has compared with a hash.
CODE = sorted([*ROOT.glob("helpers/**/*.py"), *ROOT.glob("notebooks/source/*.py"), *ROOT.glob("notebooks/tools/*.py")])

# Loading one of these runs whatever its file says.
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
HARMLESS_PARTS = {"joblib": {"parallel_config"}}  # of these modules
UNSAFE_CALLS = {
    "__import__", "eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.full_load", "yaml.unsafe_load",
    "pd.eval", "pd.read_pickle", "keras.config.enable_unsafe_deserialization",
}  # fmt: skip
UNSAFE_METHODS = {"eval", "to_pickle"}
ONLY_VALUE = {"allow_pickle": False, "safe_mode": True, "shell": False}

DOWNLOADERS = {"get_file", "load_all_digits_images", "load_data", "urlopen", "urlretrieve"}
NETWORK_MODULES = {"ftplib", "http", "httpx", "requests", "socket", "urllib", "urllib3"}


def dotted(node):
    """`a.b.c` of such an expression, without what stands before the first name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def imported(node):
    """Every part of the dotted names that an import, or a call of `import_module("...")`, brings in."""
    if isinstance(node, ast.Import):
        return {part for alias in node.names for part in alias.name.split(".")}
    if isinstance(node, ast.ImportFrom):
        return {*(node.module or "").split("."), *(alias.name for alias in node.names)}
    if isinstance(node, ast.Call) and dotted(node.func).endswith("import_module"):
        return {part for text in node.args if isinstance(text, ast.Constant) for part in str(text.value).split(".")}
    return set()


def takes_harmless_parts(node):
    harmless = HARMLESS_PARTS.get(getattr(node, "module", None), set())
    return isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} <= harmless


def complaints_about_call(call):
    name = dotted(call.func)
    if name in UNSAFE_CALLS or (isinstance(call.func, ast.Attribute) and call.func.attr in UNSAFE_METHODS):
        yield f"calls {name}"
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    for argument in ONLY_VALUE.keys() & keywords.keys():
        value = keywords[argument]
        if not (isinstance(value, ast.Constant) and value.value is ONLY_VALUE[argument]):
            yield f"passes {argument}={ast.unparse(value)}"
    if name.endswith("load_model") and "safe_mode" not in keywords:
        yield "calls load_model without safe_mode=True"


def unsafe(text):
    """A sentence for each place where a file or a text could make the program run foreign code."""
    for node in ast.walk(ast.parse(text)):
        names = set() if takes_harmless_parts(node) else imported(node) & UNSAFE_MODULES
        found = [f"imports {name}" for name in sorted(names)]
        if isinstance(node, ast.Call):
            found += complaints_about_call(node)
        yield from (f"line {node.lineno} {complaint}" for complaint in found)


def downloads(text):
    """A sentence for each place where a lesson would reach for the network."""
    for node in ast.walk(ast.parse(text)):
        for name in sorted(imported(node) & (NETWORK_MODULES | DOWNLOADERS)):
            yield f"line {node.lineno} imports {name}"
        if isinstance(node, ast.Call):
            last = dotted(node.func).rpartition(".")[2]
            if last in DOWNLOADERS or last.startswith("fetch_"):
                yield f"line {node.lineno} calls {last}"
            if any(
                isinstance(word, ast.Constant) and re.match(r"(https?|ftp|s3)://", str(word.value))
                for argument in (*node.args, *(k.value for k in node.keywords))
                for word in ast.walk(argument)
            ):
                yield f"line {node.lineno} passes an address to {last}"


# ------------------------------------------------------------------------------------------- code from data


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_runs_code_from_data(path):
    assert not list(unsafe(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("planted", [
    "import pickle", "import joblib.numpy_pickle", "from shelve import open", "from sklearn.externals import joblib",
    "from joblib import load, parallel_config",
    "importlib.import_module('marshal')", "eval(text)", "exec(text)", "os.system('ls')", "__import__(name)",
    "subprocess.run(command, shell=True)", "subprocess.run(command, shell=flag)", "yaml.load(text, Loader)",
    "pd.read_pickle(path)", "frame.to_pickle(path)", "frame.eval(text)", "np.load(path, allow_pickle=True)",
    "np.load(path, allow_pickle=flag)", "keras.saving.load_model(path)", "load_model(path, safe_mode=False)",
    "def f():\n    if 1:\n        keras.config.enable_unsafe_deserialization()",
])  # fmt: skip
def test_a_planted_danger_is_seen(planted):
    assert len(list(unsafe(planted))) == 1


@pytest.mark.parametrize("harmless", [
    "re.compile(text)", "ast.literal_eval(text)", "yaml.safe_load(text)", "np.load(path, allow_pickle=False)",
    "subprocess.run(command)", "keras.saving.load_model(path, safe_mode=True)", "model.evaluate(x)", "# import pickle",
    "from joblib import parallel_config",
])  # fmt: skip
def test_the_harmless_is_not_accused(harmless):
    assert not list(unsafe(harmless))


def test_the_scan_reads_lessons_and_helpers():
    assert set(lessons.sources()) <= set(CODE) and ROOT / "helpers/detectors/storage.py" in CODE


# ------------------------------------------------------------------------------------------ network unasked

# Python's own record of what a process does. A socket bound to this machine is let pass: urllib3, which TensorFlow
# imports, tries in this way whether there is IPv6.
WATCH = """
import sys
calls = []
def watch(event, args):
    at_home = event == "socket.bind" and args[1][0] in ("::1", "127.0.0.1")
    if event.startswith(("socket.", "urllib.")) and event != "socket.__new__" and not at_home:
        calls.append(f"{event} {args}")
sys.addaudithook(watch)
"""
REPORT = "\nprint(*calls, sep='\\n', file=sys.stderr)\nsys.exit(bool(calls))"
LOAD_EVERYTHING = """
import importlib, pkgutil, helpers
for module in pkgutil.walk_packages(helpers.__path__, "helpers."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from helpers import datasets, detectors
for name in detectors.__all__:
    getattr(detectors, name)
loaded = [name for name in datasets.__all__ if name.startswith("load_")]
assert len(loaded) > 8
for name in set(loaded) - {"load_all_digits_images", "load_results"}:
    getattr(datasets, name)()
"""


USE_KERAS = "import keras; keras.ops.matmul([[1.0]], [[2.0]]); print(keras.backend.backend())"


def watched(code):
    """The code in a process that knows nothing of our settings."""
    inherited = {name: value for name, value in os.environ.items() if name not in KERNEL_ENVIRONMENT}
    command = [sys.executable, "-c", WATCH + code + REPORT]
    return subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, text=True)


def test_importing_helpers_and_loading_their_data_is_quiet_and_reaches_for_no_network():
    done = watched(LOAD_EVERYTHING + USE_KERAS)
    assert done.returncode == 0, done.stderr
    assert (done.stdout.strip(), done.stderr.strip()) == ("tensorflow", "")


@pytest.mark.parametrize("planted", [
    "socket.getaddrinfo('localhost', 80)", "socket.socket().connect_ex(('127.0.0.1', 9))",
    "socket.socket().bind(('', 0))",
])  # fmt: skip
def test_a_planted_call_is_seen(planted):
    done = watched(f"import socket\n{planted}")
    assert done.returncode == 1 and "socket." in done.stderr


@pytest.mark.parametrize("path", lessons.sources(), ids=lambda path: path.stem)
def test_no_lesson_downloads(path):
    assert not list(downloads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("planted", [
    "import requests", "from urllib import request", "from helpers.datasets import load_all_digits_images",
    "datasets.load_all_digits_images()", "keras.datasets.mnist.load_data()", "sklearn.datasets.fetch_openml('mnist')",
    "pd.read_csv('https://example.org/a.csv')", "pd.read_csv(f'http://{host}/a.csv')",
    "urllib.request.urlopen(address)",
])  # fmt: skip
def test_a_planted_download_is_seen(planted):
    assert list(downloads(planted))


# --------------------------------------------------------------------------------------------- installation


def requirements(text):
    """The lock's entries, each with its continued lines, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [entry for entry in "\n".join(lines).replace("\\\n", " ").splitlines() if entry.strip()]


def unlocked(text):
    """Entries without exact version and hash: pip would refuse them, or take what it finds."""
    entry = re.compile(r"[\w.\-]+==[\w.+!]+(?: ; [^\\]*?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*")
    return [line for line in requirements(text) if not entry.fullmatch(line)]


def test_every_locked_requirement_has_a_hash():
    lock = (ROOT / "requirements.lock").read_text()
    assert len(requirements(lock)) > 100 and not unlocked(lock)


@pytest.mark.parametrize("planted", [
    "tqdm==4.67.1", "tqdm>=4 --hash=sha256:" + "a" * 64, "tqdm @ file:///tqdm.whl", "--extra-index-url there",
])  # fmt: skip
def test_an_unlocked_requirement_is_seen(planted):
    assert unlocked(planted) == [planted]


INSTALLERS = [ROOT / "requirements.lock", ROOT / "environment.yml", ROOT / "pyproject.toml", *ROOT.glob(".ci/*")]


@pytest.mark.parametrize("path", INSTALLERS, ids=lambda path: path.name)
def test_no_registry_is_named(path):
    assert not re.search(r"://| --(extra-)?index-url|--find-links|--trusted-host", path.read_text())


def test_whatever_installs_the_lock_demands_hashes():
    commands = (ROOT / ".ci/setup.sh").read_text().replace("\\\n", " ").splitlines()
    installs = [line for line in commands if re.search(r"-r (requirements\.lock|\.venv/uv\.txt)", line)]
    assert len(installs) == 3 and all("--require-hashes" in line for line in installs)


# --------------------------------------------------------------------------------------------------- server

OPEN_DOOR = re.compile(
    r"(IdentityProvider|ServerApp|NotebookApp)\.(token|password|password_required)|JUPYTER_TOKEN|disable_check_xsrf"
    r"|allow_unauthenticated_access|allow_origin|allow_remote_access|(?i:ServerApp\.ip\b|--ip[ =])"
)


def server_settings():
    """Every file of the repository that can set an option of the server, here or on Binder."""
    names = ["Makefile", "environment.yml", "postBuild", "start", "jupyter*", ".ci/*", ".jupyter/*"]
    found = {path for name in names for folder in ("", ".binder/", "binder/") for path in ROOT.glob(folder + name)}
    return sorted(filter(Path.is_file, found))


def test_no_setting_opens_the_server():
    assert ROOT / "Makefile" in server_settings()
    assert not {path.name: OPEN_DOOR.findall(path.read_text()) for path in server_settings()
                if OPEN_DOOR.search(path.read_text())}  # fmt: skip


@pytest.mark.parametrize("planted", [
    "--IdentityProvider.token=''", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True", "--ip=0.0.0.0",
    "c.ServerApp.allow_origin = '*'",
])  # fmt: skip
def test_a_planted_open_door_is_seen(planted):
    assert OPEN_DOOR.search(planted)


def make_lab(*options):
    """The command of `make lab`, run by the Python of these tests."""
    make = ["make", "--dry-run", "--no-print-directory", "lab", f"VENV_PYTHON={shlex.quote(sys.executable)}",
            f"LAB_ARGS={shlex.join(options)}"]  # fmt: skip
    said = subprocess.check_output(make, cwd=ROOT, text=True)
    return said[said.rindex("if [ ") :]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address and token of what `make lab` starts, with no settings of yours."""
    folder = tmp_path_factory.mktemp("server")
    own = dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"), str(folder))
    others = {name: value for name, value in os.environ.items() if name != "JUPYTER_TOKEN"}
    process = subprocess.Popen(["sh", "-c", make_lab("--no-browser", "--port=0")], cwd=ROOT, env=others | own,
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)  # fmt: skip
    try:
        lines = (re.search(r"(http://127\.0\.0\.1:\d+/)lab[^?\s]*(?:\?token=(\w+))?", line) for line in process.stderr)
        address = next(filter(None, lines), None)
        assert address, "make lab ended without printing an address"
        yield address.groups()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def answer(address, **headers):
    """The status of the reply; a server prints its address a moment before it listens."""
    for _ in range(300):
        try:
            return status(address, headers)
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"no answer from {address} in half a minute")


def status(address, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def test_make_labs_server_asks_for_its_token(server):
    address, token = server
    assert token, "make lab printed an address without a token"
    assert answer(f"{address}api/contents") == 403
    assert answer(f"{address}api/contents", Authorization="token wrong") == 403
    assert answer(f"{address}api/contents", Authorization=f"token {token}") == 200
