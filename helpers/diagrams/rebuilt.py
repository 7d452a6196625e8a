"""Windows and what an autoencoder writes for them, the gap shaded. Lesson 08."""

from helpers.plots import ODD

import matplotlib.pyplot as plt
import numpy as np

__all__ = ["beside_rebuild"]

INCHES = 7.5, 2.5  # four panels in a row; one alone gets two thirds


def beside_rebuild(windows, rebuilt, titles, steps_a_second: float, unit: str = ""):
    """Draw windows side by side, each with its rebuild dashed on top of it and the gap between them shaded.

    Parameters
    ----------
    windows, rebuilt : sequences of arrays of shape (n_steps,)
    titles : sequence of str
        One a window.
    steps_a_second : float
    unit : str
        Of the values.

    Returns
    -------
    tuple of Figure and array of Axes

    >>> fig, axes = beside_rebuild([np.zeros(4)], [np.ones(4)], ["a beat"], steps_a_second=2)
    >>> axes[0].get_title(loc="left"), len(axes[0].lines)
    ('a beat', 2)
    >>> plt.close(fig)
    """
    width = INCHES[0] if len(titles) > 1 else INCHES[0] * 2 / 3
    fig, axes = plt.subplots(1, len(titles), figsize=(width, INCHES[1]), sharey=True, squeeze=False)
    for ax, window, again, title in zip(axes[0], windows, rebuilt, titles, strict=True):
        seconds = np.arange(len(window)) / steps_a_second
        ax.fill_between(seconds, window, again, color=ODD, alpha=0.25, linewidth=0)
        ax.plot(seconds, window)
        ax.plot(seconds, again, color=ODD, linestyle="--", linewidth=1)
        ax.set_title(title, loc="left")
        ax.set_xlabel("seconds")
    axes[0, 0].set_ylabel(unit)
    return fig, axes[0]
