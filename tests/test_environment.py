"""`import helpers` prepares a process for numpy, quickly; test_security.py sees that TensorFlow then is quiet."""

import os
import subprocess
import sys

from helpers.environment import KERNEL_ENVIRONMENT

import pytest


def python(code, cwd, **environment):
    """Run code in a process that knows nothing of our settings, and return what it printed."""
    inherited = {name: value for name, value in os.environ.items() if name not in KERNEL_ENVIRONMENT}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=cwd, env=inherited | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


def test_helpers_import_from_any_folder_without_heavy_packages(tmp_path):
    code = "import helpers, sys; print({'numpy', 'pandas', 'keras', 'tensorflow'} & set(sys.modules))"
    assert python(code, tmp_path) == "set()"


@pytest.mark.parametrize("exported, threads", [({}, "{2}"), ({"OPENBLAS_NUM_THREADS": "1"}, "{1}")])
def test_numpy_obeys_the_thread_count(tmp_path, exported, threads):
    code = """if True:
        import helpers, numpy
        from threadpoolctl import threadpool_info
        print({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})"""
    if not exported and (os.cpu_count() or 1) < 2:
        pytest.skip("OpenBLAS starts no more threads than there are processors")
    assert python(code, tmp_path, **exported) in (threads, "set()")  # macOS: Accelerate shows no pool
