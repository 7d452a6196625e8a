"""The environment check of lesson 00: one line a thing, [OK] or [FAIL] with the way to mend it."""

import sys
from importlib import metadata
from pathlib import Path

from helpers.datasets.files import verify_files

__all__ = ["check_environment"]

NEEDED = {"numpy": 2, "pandas": 3, "matplotlib": 3, "scikit-learn": 1, "ipywidgets": 8, "jupyterlab": 4, "keras": 3}
REPAIR = "delete the folder .venv and run `make lab` again (conda: `conda env update -f environment.yml --prune`)"
MEGABYTES_FREE = 1500


def python_line(version: tuple[int, int]) -> str:
    """Say whether this Python is one that TensorFlow has wheels for.

    >>> python_line((3, 12))
    '[OK]   Python 3.11 to 3.13'
    >>> python_line((3, 9))
    '[FAIL] Python 3.9 runs here; the course needs 3.11 to 3.13. Install one of these, then run `make lab`.'
    """
    if (3, 11) <= version <= (3, 13):
        return "[OK]   Python 3.11 to 3.13"
    found = ".".join(map(str, version))
    return f"[FAIL] Python {found} runs here; the course needs 3.11 to 3.13. Install one of these, then run `make lab`."


def package_line(name: str, oldest: int) -> str:
    """Say whether the package is there, and new enough.

    The exact version is not printed: it may differ between learners.

    >>> package_line("numpy", 2)
    '[OK]   numpy 2 or newer'
    >>> package_line("numpy", 99).startswith("[FAIL] numpy 2")
    True
    """
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"[FAIL] {name} is missing: {REPAIR}."
    if int(found.split(".")[0]) >= oldest:
        return f"[OK]   {name} {oldest} or newer"
    return f"[FAIL] {name} {found} is older than {oldest}: {REPAIR}."


def tensorflow_line() -> str:
    """Say whether TensorFlow is there, under either of its names.

    It is not imported: that takes seconds and 600 MB.
    """
    lines = [package_line(name, 2) for name in ("tensorflow", "tensorflow-cpu")]
    if any(line.startswith("[OK]") for line in lines):
        return "[OK]   TensorFlow 2 or newer (used from lesson 04 on)"
    return lines[0]


def data_line() -> str:
    """Say whether the shipped data files are there, and whole.

    >>> data_line()
    '[OK]   the shipped data is complete'
    """
    try:
        verify_files()
    except (OSError, ValueError) as error:
        return f"[FAIL] {error}"
    return "[OK]   the shipped data is complete"


def memory_line(meminfo: Path = Path("/proc/meminfo")) -> str:
    """Say whether there is memory for the largest lesson; where the system does not tell, the line says so.

    >>> memory_line(Path("no such file"))
    '[OK]   memory: this system does not tell; no lesson needs more than 1.3 GB'
    """
    if not meminfo.exists():
        return "[OK]   memory: this system does not tell; no lesson needs more than 1.3 GB"
    fields = dict(line.split(":") for line in meminfo.read_text().splitlines())
    free = int(fields["MemAvailable"].split()[0]) // 1024
    if free >= MEGABYTES_FREE:
        return "[OK]   memory (no lesson needs more than 1.3 GB)"
    return f"[FAIL] only {free} MB of memory are free: shut down other kernels (menu Kernel), close other programs."


def check_environment() -> None:
    """Print one line for each thing that the course needs.

    >>> check_environment()   # doctest: +ELLIPSIS
    [OK]   Python 3.11 to 3.13
    ...
    """
    print(python_line(sys.version_info[:2]))
    for name, oldest in NEEDED.items():
        print(package_line(name, oldest))
    print(tensorflow_line())
    print(data_line())
    print(memory_line())
