"""What an error counts on a picture of a digit. Lesson 05."""

from helpers.diagrams.sketch import INK
from helpers.plots import NORMAL, ODD

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter1d

__all__ = ["ways_to_see"]

PLACES = np.arange(22)


def ways_to_see():
    """Draw cuts across strokes and across their drawings, and below each cut what the error counts.

    Four columns: a stroke drawn two pixels beside its place, the same blurred, a thin stroke drawn too faintly, and a
    broad one drawn as faintly. The last two differ in their error and not in their error divided by the ink.

    Returns
    -------
    Figure

    >>> figure = ways_to_see()
    >>> [ax.get_title("left").split(",")[0] for ax in figure.axes[:4]]
    ['1  beside its place', '2  the same', '3  a thin stroke', '4  a broad stroke']
    >>> plt.close(figure)
    """
    here, beside, thin, broad = _stroke(7, 11), _stroke(9, 13), _stroke(9, 12), _stroke(5, 16)
    soft = [gaussian_filter1d(cut, 2.0) for cut in (here, beside)]
    cuts = {
        "1  beside its place,\nsquared": (here, beside),
        "2  the same,\nblurred first": tuple(soft),
        "3  a thin stroke,\ndrawn too faintly": (thin, 0.6 * thin),
        "4  a broad stroke,\ndrawn as faintly": (broad, 0.6 * broad),
    }
    figure, axes = plt.subplots(2, 4, figsize=(8, 3), sharex=True, sharey=True)
    for column, (title, (stroke, drawn)) in enumerate(cuts.items()):
        above, below = axes[:, column]
        _cut(above, stroke, drawn)
        above.set_title(title, loc="left", fontsize=10)
        below.fill_between(PLACES, np.square(stroke - drawn), step="mid", color=ODD, alpha=0.5)
        below.set_xlabel(_count(stroke, drawn, relative=column > 1), color=INK)
    axes[0, 0].set_ylabel("ink")
    axes[1, 0].set_ylabel("what the\nerror counts")
    axes[0, 0].text(0, 1.1, "image", color=NORMAL, fontsize=9)
    axes[0, 0].text(13.6, 1.1, "drawing", color=ODD, fontsize=9)
    return figure


def _stroke(start, stop):
    return ((start <= PLACES) & (stop > PLACES)).astype(float)


def _cut(ax, stroke, drawn):
    ax.fill_between(PLACES, stroke, step="mid", color=NORMAL, alpha=0.35)
    ax.step(PLACES, drawn, where="mid", color=ODD, linestyle="--")
    ax.set(xticks=[], yticks=[], ylim=(0, 1.35))


def _count(stroke, drawn, relative):
    error = np.square(stroke - drawn).sum()
    if relative:
        return f"error {error:.1f}, / ink {error / np.square(stroke).sum():.2f}"
    return f"error {error:.1f}"
