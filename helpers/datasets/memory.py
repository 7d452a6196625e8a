"""A task that needs a memory: to say, at each step, the number that was marked last. Simulated; used in lesson 06."""

import numpy as np

__all__ = ["marked_numbers"]


def marked_numbers(n, steps=60, marked=1 / 15, random_state=0):
    """Draw sequences of numbers, some of them marked, and what is to be said at each step: the last marked number.

    Parameters
    ----------
    n, steps : int
    marked : float
        The share of marked numbers, at random; the first one is always marked.
    random_state : int

    Returns
    -------
    inputs : float array of shape (n, steps, 2)
        A number between -1 and 1, and whether it is marked (1 or 0).
    answers : float array of shape (n, steps, 1)
    age : int array of shape (n, steps)
        Steps since the last mark.

    >>> inputs, answers, age = marked_numbers(1, steps=4, marked=0.5)
    >>> inputs[0, :, 1].tolist(), age[0].tolist()
    ([1.0, 0.0, 0.0, 0.0], [0, 1, 2, 3])
    >>> bool((answers[0, :, 0] == inputs[0, 0, 0]).all())
    True
    """
    rng = np.random.default_rng(random_state)
    numbers, marks = rng.uniform(-1, 1, (n, steps)), rng.random((n, steps)) < marked
    marks[:, 0] = True
    last = np.maximum.accumulate(np.where(marks, np.arange(steps), 0), axis=1)
    answers = np.take_along_axis(numbers, last, axis=1)[..., None]
    return np.stack([numbers, marks], axis=2), answers, np.arange(steps) - last
