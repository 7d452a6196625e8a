"""`make lab` in the background, for tests that use the course as a learner does."""

import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ROOT", "running_lab", "settings_of_its_own"]

ROOT = Path(__file__).resolve().parents[1]


def settings_of_its_own(folder: Path) -> dict[str, str]:
    """Variables that keep Jupyter's and IPython's settings in `folder`: what you have stays as it is."""
    return {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}


@contextmanager
def running_lab(root: Path, folder: Path, **variables: str):
    """JupyterLab on the folder `root`, its settings and its log in `folder`, ended at the end.

    Yields (process, address, token): ``make``, "http://127.0.0.1:port" and "?token=...", as a reader sees them.
    """
    command = ["make", "lab", "LAB_ARGS=--no-browser --port=0", f"LAB_ROOT={root}"]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings_of_its_own(folder) | variables, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield server, *_address_in(log, server)
    finally:
        _stop(server)


def _address_in(log, server):
    """The address with its token, as the server prints it for a reader."""
    for _ in range(240):
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab/tree\S+(\?token=\w+)", log.read_text()):
            return found.groups()
        assert server.poll() is None, f"make lab ended:\n{log.read_text()}"
        time.sleep(0.5)
    raise AssertionError(f"make lab printed no address in two minutes:\n{log.read_text()}")


def _stop(server):
    """End the server, which ends its kernels; then whatever is left of its group."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
