"""The settings that every kernel of the course shares, whichever way it was started.

`import helpers` applies them, so lessons import `helpers` before numpy, scikit-learn or keras, which
read them only once, when they are loaded.
"""

import os

__all__ = ["KERNEL_ENVIRONMENT", "apply"]

KERNEL_ENVIRONMENT = {
    # One backend, and no messages from TensorFlow's C++ code in a lesson's output.
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # The order of sums depends on the number of threads: two everywhere, a big laptop or Binder alike.
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
    "MKL_NUM_THREADS": "2",
    "VECLIB_MAXIMUM_THREADS": "2",
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    # Python reads this one at its start: it counts for kernels that are started with this dictionary.
    "PYTHONHASHSEED": "0",
}


def apply():
    """Set what is not set yet: what you export yourself wins.

    >>> apply()
    >>> set(KERNEL_ENVIRONMENT) <= set(os.environ)
    True
    """
    for name, value in KERNEL_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
