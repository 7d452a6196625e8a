"""The stop button: training ends at a safe point, not in the middle of TensorFlow's C++ code.

While networks are built and traced, C++ code calls back into Python. A KeyboardInterrupt that is raised there may be
swallowed, turned into another error, or end the process.
"""

import signal
import threading
from contextlib import contextmanager

__all__ = ["interrupts_deferred", "raise_deferred"]

_pressed = False  # no Event: its lock is not safe in a signal handler


@contextmanager
def interrupts_deferred():
    """Within it, an interrupt waits until `raise_deferred`, or the end of the block; a second one is raised at once.

    Used by `Detector.fit` and `training.run_steps`, one inside the other. Outside the main thread, where Python
    delivers no interrupts, and where interrupts are ignored, nothing happens.

    Raises
    ------
    KeyboardInterrupt
        At the end, if there was an interrupt.

    >>> try:
    ...     with interrupts_deferred():
    ...         signal.raise_signal(signal.SIGINT)
    ...         print("goes on")
    ... except KeyboardInterrupt:
    ...     print("stopped")
    goes on
    stopped
    """
    global _pressed
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return

    def note(number, frame):
        global _pressed
        if _pressed:
            previous(number, frame)
        _pressed = True

    signal.signal(signal.SIGINT, note)
    try:
        yield
        raise_deferred()
    finally:
        signal.signal(signal.SIGINT, previous)
        _pressed = False


def raise_deferred() -> None:
    """Raise the interrupt that is waiting, if there is one.

    Raises
    ------
    KeyboardInterrupt

    >>> raise_deferred()
    """
    if _pressed:
        raise KeyboardInterrupt
