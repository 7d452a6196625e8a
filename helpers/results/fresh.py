"""Run one function in a fresh Python process: its peak memory is its own, nothing is compiled, it can be stopped.

Run as a script, ``fresh.py MODULE FUNCTION ARGUMENTS`` (a JSON list) prints one JSON line for each dictionary that the
function returns or yields, with ``peak_mb`` so far: the resident peak of the process, Python and all packages included.
"""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

__all__ = ["run"]

ROOT = Path(__file__).resolve().parents[2]


def run(module, function, *arguments, timeout=None):
    """What a function returns when it is called in a process of its own.

    Parameters
    ----------
    module, function : str
        It returns or yields dictionaries that JSON can hold.
    *arguments
        JSON must be able to hold them.
    timeout : float, optional
        Seconds after which the process is stopped.

    Returns
    -------
    dict
        The dictionary, of several the last one that it came to; with "peak_mb", and "stopped", True if the time was up
        before its end.
    """
    command = [sys.executable, __file__, module, function, json.dumps(arguments)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, env=_environment(), timeout=timeout, check=True)
        return _last(done.stdout) | {"stopped": False}
    except subprocess.TimeoutExpired as late:
        return _last(late.stdout) | {"stopped": True}


def _environment():
    """The helpers of this checkout, wherever the process is started."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def _last(output):
    lines = [line for line in (output or b"").decode().splitlines(keepends=True) if line.endswith("\n")]
    return json.loads(lines[-1]) if lines else {}


def _results(result):
    yield from [result] if isinstance(result, dict) else result


def _peak_mb():
    """Linux counts this process alone; getrusage, elsewhere, may count what the process was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024 / 1e6
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss / 1e6  # macOS, the other system that the course supports, says bytes


if __name__ == "__main__":
    import helpers  # noqa: F401  before numpy and TensorFlow

    module, function, arguments = sys.argv[1:]
    for result in _results(getattr(import_module(module), function)(*json.loads(arguments))):
        print(json.dumps(result | {"peak_mb": round(_peak_mb())}), flush=True)
