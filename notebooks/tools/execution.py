"""Run a notebook in a fresh kernel, and say what it took: used by `build.py`, `run.py` and tests/product."""

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from helpers.environment import KERNEL_ENVIRONMENT

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

__all__ = ["LessonError", "Run", "execute", "kernel", "run_cells"]

CELL_TIMEOUT = 300
# VmHWM rather than ru_maxrss where there is one: after exec, Linux lets a child's ru_maxrss start at its parent's size.
PEAK_MEMORY = """\
import pathlib, resource, sys
status = pathlib.Path("/proc/self/status")
if status.exists():
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(peak)
"""


class LessonError(RuntimeError):
    """A lesson's cell failed; the message names the lesson, the cell and the reason."""


@dataclass(frozen=True)
class Run:
    """What one run of a notebook took: kernel seconds and peak resident megabytes."""

    seconds: float
    megabytes: float


def reason(error: Exception) -> str:
    """Why a cell failed, in a line."""
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}"
    if isinstance(error, DeadKernelError):
        return "the kernel died (out of memory, or killed)"
    return f"took longer than {CELL_TIMEOUT} s"


def run_cells(client: NotebookClient, name: str) -> None:
    """Execute the code cells one by one; `LessonError` names the one that fails."""
    count = 0
    for index, cell in enumerate(client.nb.cells):
        if cell.cell_type != "code":
            continue
        count += 1
        try:
            client.execute_cell(cell, index, execution_count=count, store_history=True)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise LessonError(f"{name}, code cell {count}: {reason(error)}\n{cell.source}") from error
        for output in cell.outputs:
            if output.output_type == "error":  # of a slider's function: ipywidgets shows it and goes on
                raise LessonError(f"{name}, code cell {count}: {output.ename}: {output.evalue}\n{cell.source}")


@contextmanager
def kernel(notebook, folder: Path):
    """A client of a fresh kernel that works in `folder`, with the environment that all kernels share."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    # No stand-ins for Output widgets: they write to the kernel while its reply is awaited, which can then be missed
    # until the cell's time is up (a write through the same ZeroMQ socket takes the signal that wakes the reader).
    client.widget_registry = {}
    with client.setup_kernel(env={**os.environ, **KERNEL_ENVIRONMENT, "TQDM_DISABLE": "1"}):
        yield client


def execute(notebook, folder: Path, name: str) -> Run:
    """Fill `notebook` with the outputs of one clean run in `folder`.

    Raises `LessonError` when a cell raises, takes over `CELL_TIMEOUT` seconds, or kills the kernel.
    """
    with kernel(notebook, folder) as client:
        start = time.perf_counter()
        run_cells(client, name)
        seconds = time.perf_counter() - start
        probe = nbformat.v4.new_code_cell(PEAK_MEMORY)
        client.nb.cells.append(probe)
        client.execute_cell(probe, len(client.nb.cells) - 1, store_history=False)
        client.nb.cells.pop()
    return Run(seconds, float(probe.outputs[0].text))
