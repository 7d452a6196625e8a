"""What results depend on, in words: versions and cores. They name the kind of machine, never the machine."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

__all__ = ["cores", "versions"]

PACKAGES = ("numpy", "scikit-learn", "keras", "tensorflow-cpu")


def versions():
    """Python and the packages that results depend on, in words.

    Returns
    -------
    str
    """
    return ", ".join([f"Python {platform.python_version()}", *map(_version, PACKAGES)])


def cores():
    """How many there are, and how many of them the process may use if not all.

    Returns
    -------
    str
    """
    n_cores = os.cpu_count()
    n_used = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else n_cores
    return f"{n_cores} cores" + (f", {n_used} used" if n_used < n_cores else "")


def _version(package):
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:  # other systems have the package tensorflow instead
        return f"{package.removesuffix('-cpu')} {version(package.removesuffix('-cpu'))}"
