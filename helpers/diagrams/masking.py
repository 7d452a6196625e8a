"""How odd values hide one another. Lesson 01."""

from helpers.diagrams.sketch import INK, sheet
from helpers.plots import NORMAL, ODD

import numpy as np

__all__ = ["stretching_ruler"]

USUAL = (11, 12, 18, 18, 21, 27, 27, 28, 87)  # euros; the last one is odd among the others
REACH = 2  # units on either side of the centre
LEFT, RIGHT, LOW, HIGH = 0.25, 6.6, -165, 420  # where on the sheet the lowest and the highest amount stand


def stretching_ruler(odd: float = 300) -> None:
    """Draw the ruler of mean and standard deviation without and with an odd value, and that of median and MAD.

    A ruler reaches two units to either side of its centre; what lies beyond is a cross.

    Parameters
    ----------
    odd : float
        The tenth value, in euros, up to 420.

    >>> import matplotlib.pyplot as plt
    >>> stretching_ruler(300)
    >>> [text.get_text() for text in plt.gca().texts if "hides" in text.get_text()]
    ['87 € hides']
    >>> plt.close()
    """
    usual, values = np.array(USUAL, float), np.array([*USUAL, odd], float)
    _, ax = sheet(7, 3.4)
    _ruler(ax, 2.6, usual, usual.mean(), usual.std(), "1   nine orders: mean and standard deviation")
    _ruler(ax, 1.45, values, values.mean(), values.std(), f"2   one order of {odd:.0f} € more: the ruler stretches")
    median = np.median(values)
    mad = np.median(np.abs(values - median)) / 0.6745
    _ruler(ax, 0.3, values, median, mad, "3   the same ten: median and MAD")


def _ruler(ax, height, values, centre, unit, title):
    """One line of values above the ruler that they set, a mark at each unit."""
    marks = centre + unit * np.arange(-REACH, REACH + 1)
    ax.text(LEFT, height + 0.62, title, color=INK, fontsize=10, va="center")
    ax.fill_between(_inches(marks[[0, -1]]), height - 0.13, height + 0.05, color="#ccbb44", alpha=0.45, linewidth=0)
    ax.vlines(_inches(marks), height - 0.13, height + 0.05, color=INK, linewidth=1)
    beyond = (values < marks[0]) | (values > marks[-1])
    ax.scatter(_inches(values[~beyond]), np.full((~beyond).sum(), height + 0.22), s=26, color=NORMAL, alpha=0.6)
    ax.scatter(_inches(values[beyond]), np.full(beyond.sum(), height + 0.22), s=44, color=ODD, marker="x")
    for value, far in zip(values[len(USUAL) - 1 :], beyond[len(USUAL) - 1 :], strict=True):
        word, colour = (f"{value:.0f} €", ODD) if far else (f"{value:.0f} € hides", NORMAL)
        ax.text(_inches(value) + 0.1, height + 0.22, word, color=colour, fontsize=10, va="center")


def _inches(euros):
    return LEFT + (np.asarray(euros, float) - LOW) / (HIGH - LOW) * (RIGHT - LEFT)
