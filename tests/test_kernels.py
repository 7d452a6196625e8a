"""The stop button, and two notebooks at once: real kernels, as Jupyter starts them."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from helpers.environment import KERNEL_ENVIRONMENT

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

PREPARE = """
import helpers
from helpers.training import loop
from helpers.detectors import DenseAutoencoder, GANDetector, LSTMForecaster
import json
import numpy as np
from sklearn.exceptions import NotFittedError
rng = np.random.default_rng(0)
rows, series = rng.normal(size=(300, 5)), np.sin(np.arange(400) / 4) + rng.normal(scale=0.1, size=400)
"""
FIT_AND_SCORE = "print(json.dumps({detector}.fit({data}).decision_function({data}).tolist()))"
# What takes a moment, what never ends, and the data.
DETECTORS = {
    "dense autoencoder": (
        "DenseAutoencoder(epochs=6)",
        "DenseAutoencoder(epochs=10**6, patience=10**6, verbose=True)",
        "rows",
    ),
    "LSTM": (
        "LSTMForecaster(window=12, units=8, epochs=5)",
        "LSTMForecaster(window=12, units=8, epochs=10**6, patience=10**6, verbose=True)",
        "series",
    ),
    "GAN": ("GANDetector(steps=50)", "GANDetector(steps=10**6, verbose=True)", "rows"),
}
MOST_SECONDS = 240
NOTE_WRITTEN_FILES = """
import os, sys
written = set()
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        if not os.path.isdir(arguments[0]):  # a folder is opened for a temporary file that has no name
            written.add(os.path.abspath(arguments[0]))
sys.addaudithook(note)
open(f"{os.getpid()}.txt", "w").close()
"""


class Kernel:
    """A kernel, what its last cell printed, and the bars that it showed."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    def run(self, code, interrupt=None):
        """Run a cell and return the name of its error, or None.

        interrupt : function of an output message; the first one for which it is true presses the stop button.
        """
        self.text, self.shown, self.interrupted = "", [], False

        def see(message):
            content = message["content"]
            self.text += content.get("text", "")
            self.shown += [content["data"].get("text/plain")] if "data" in content else []
            if interrupt and not self.interrupted and interrupt(message):
                self.interrupted = True
                threading.Timer(0.2, self.manager.interrupt_kernel).start()

        return self.client.execute_interactive(code, output_hook=see, timeout=MOST_SECONDS)["content"].get("ename")

    def shut_down(self):
        if self.manager.has_kernel:
            self.client.stop_channels()
            self.manager.shutdown_kernel()

    def fit_and_score(self, name):
        quick, _, data = DETECTORS[name]
        assert self.run(FIT_AND_SCORE.format(detector=quick, data=data)) is None
        return np.array(json.loads(self.text))


@contextmanager
def open_kernels(n, folder):
    """Kernels that start at the same time, in the same folder."""
    environment = os.environ | KERNEL_ENVIRONMENT | {"TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("TQDM_DISABLE", None)
    with ExitStack() as stack:
        kernels = []
        for _ in range(n):
            manager = KernelManager()
            manager.start_kernel(env=environment, cwd=str(folder))
            client = manager.client()
            client.start_channels()
            kernels.append(Kernel(manager, client))
            stack.callback(kernels[-1].shut_down)
        for kernel in kernels:
            kernel.client.wait_for_ready(timeout=MOST_SECONDS)
        yield kernels


def train_beside_another(kernel):
    """The scores of all detectors, and the files that were written on the way."""
    assert kernel.run(PREPARE) is None
    assert kernel.run(NOTE_WRITTEN_FILES) is None
    scores = {name: kernel.fit_and_score(name) for name in DETECTORS}
    assert kernel.run("print(json.dumps(sorted(written)))") is None
    return scores, set(json.loads(kernel.text))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture(scope="module")
def pair(folder):
    with open_kernels(2, folder) as kernels:
        yield kernels


@pytest.fixture(scope="module")
def two_at_once(pair):
    """What two kernels found that trained the same at the same time, in the same folders."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(train_beside_another, pair))


@pytest.fixture(scope="module")
def kernel(pair, two_at_once):
    """A kernel that trains alone: the first of the two; the other one waits."""
    return pair[0]


def says_start(message):
    return message["content"].get("text", "").startswith("start")


def shows_a_bar(message):
    return "epoch" in message["content"].get("data", {}).get("text/plain", "")


@pytest.mark.parametrize("moment", [says_start, shows_a_bar])
@pytest.mark.parametrize("name", DETECTORS)
def test_the_stop_button_leaves_detector_unfitted_kernel_alive_and_next_fit_right(kernel, two_at_once, name, moment):
    _, endless, data = DETECTORS[name]
    code = f"print('start', flush=True)\ndetector = {endless}\ndetector.fit({data})"
    assert (kernel.run(code, interrupt=moment), kernel.interrupted) == ("KeyboardInterrupt", True)
    if moment is shows_a_bar:
        assert kernel.shown[-1] == ""
    assert kernel.run(f"detector.decision_function({data})") == "NotFittedError"
    fresh, _ = two_at_once[0]
    assert np.array_equal(kernel.fit_and_score(name), fresh[name], equal_nan=True)


def test_two_kernels_that_train_at_once_find_the_same_as_one_alone(kernel, two_at_once):
    for name in DETECTORS:
        alone = kernel.fit_and_score(name)
        assert np.isfinite(alone).any()
        for scores, _ in two_at_once:
            assert np.array_equal(scores[name], alone, equal_nan=True)


def test_two_kernels_write_no_file_of_the_same_name(two_at_once):
    (_, first), (_, second) = two_at_once
    assert first and second and first.isdisjoint(second)


def test_kernels_that_are_shut_down_leave_no_temporary_files(pair, two_at_once, folder):
    """The last of all, since it ends the kernels, after whatever they trained and stopped."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Kernel.shut_down, pair))
    pids = {path for path in folder.glob("*.txt") if path.stem.isdigit()}
    assert len(pids) == 2 and set(folder.iterdir()) == pids
