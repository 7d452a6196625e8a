"""What nbval lacks: dead kernels are noticed at once, slow outputs waited for, kernels set up alike, ended tidily."""

import os
import queue
import signal
import sys
import time

from helpers.environment import KERNEL_ENVIRONMENT

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell

# Kernels inherit it; PYTHONHASHSEED and thread counts count only when set before a process starts.
os.environ.update(KERNEL_ENVIRONMENT, TQDM_DISABLE="1")  # a bar leaves an empty output, on slow machines only

# A shell that starts tests in the background has SIGINT ignored, here and in kernels: no stop button could be tried.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def cause_of_death(kernel: RunningKernel) -> str:
    """How the kernel's process ended, in words."""
    code = kernel.km.provisioner.process.poll()
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}" + (" (out of memory?)" if code == -signal.SIGKILL else "")
    return f"exit code {code}"


def await_reply(self: RunningKernel, msg_id: str, timeout: float) -> None:
    """Wait for a cell's reply as nbval does, but look once a second whether the kernel still lives."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            message = self.get_message(stream="shell", timeout=1)
        except queue.Empty:
            if not self.is_alive():
                raise RuntimeError(f"the kernel died in this cell: {cause_of_death(self)}") from None
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            return
    raise queue.Empty


def stop(self: RunningKernel) -> None:
    """Let the kernel end by itself: nbval kills it, and TensorFlow's temporary files stay for ever."""
    self.kc.stop_channels()
    self.km.shutdown_kernel()


@pytest.fixture(autouse=True)
def plain_figures():
    """Undo the style of figures that a test has set: the next one, a doctest mostly, finds matplotlib's own."""
    yield
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcdefaults()


RunningKernel.await_reply = await_reply
RunningKernel.stop = stop


def pytest_collection_modifyitems(items):
    for item in items:
        if isinstance(item, IPyNbCell):
            item.output_timeout = 60


class Durations:
    """Remembers how long slow tests took, for `make test-changed`."""

    def __init__(self, cache):
        self.cache, self.seconds = cache, {}

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration

    def pytest_sessionfinish(self):
        known = self.cache.get("course/seconds", {})
        slow = {name: round(took, 1) for name, took in self.seconds.items() if took > 0.2}
        self.cache.set("course/seconds", {name: known[name] for name in known if name not in self.seconds} | slow)


def pytest_configure(config):
    if hasattr(config, "cache") and not hasattr(config, "workerinput"):  # what workers report arrives here
        config.pluginmanager.register(Durations(config.cache))
