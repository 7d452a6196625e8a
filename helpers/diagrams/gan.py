"""Who sends gradients to whom in a GAN, and moments of its game in the plane. Lesson 09."""

from helpers.diagrams.sketch import arrow, box, sheet
from helpers.plots import NORMAL, ODD

import matplotlib.pyplot as plt
import numpy as np

__all__ = ["forgery_maps", "who_teaches_whom"]

FAINT = "#888888"
BLOB = 0.45  # three standard deviations of a blob
COLOURS = {"cmap": "RdBu", "vmin": 0, "vmax": 1}


def who_teaches_whom():
    """Draw noise, generator, discriminator and data, and the way of each loss.

    Solid arrows carry points, dashed ones gradients: red what the generator learns from, blue the discriminator.

    Returns
    -------
    Figure

    >>> fig = who_teaches_whom()
    >>> [text.get_text() for text in fig.axes[0].texts if "moves" in text.get_text()]
    ['moves G only; passes through D, which stays as it is', 'moves D only']
    >>> plt.close(fig)
    """
    fig, ax = sheet(7, 3.1)
    _points(ax)
    _gradients(ax)
    return fig


def _points(ax):
    """Boxes, and the way of the points from left to right."""
    box(ax, (0.6, 2.0), "noise z", width=0.9, colour=FAINT)
    box(ax, (2.0, 2.0), "generator\nG", width=1.1, colour=ODD)
    box(ax, (2.0, 0.85), "normal data", width=1.1, colour=FAINT)
    box(ax, (4.15, 1.45), "discriminator\nD", width=1.2)
    box(ax, (6.2, 2.0), "G's loss: forged\ncalled real?", width=1.45, colour=ODD)
    box(ax, (6.2, 0.85), "D's loss: each called\nwhat it is?", width=1.45)
    arrow(ax, (1.05, 2.0), (1.43, 2.0))
    arrow(ax, (2.55, 2.0), (3.53, 1.6), "forged", lift=0.08)
    arrow(ax, (2.55, 0.85), (3.53, 1.3), "real", lift=-0.24)
    arrow(ax, (4.75, 1.6), (5.45, 1.9))
    arrow(ax, (4.75, 1.3), (5.45, 1.0))


def _gradients(ax):
    """Each loss's way back, to the only network that it moves."""
    over = {"color": ODD, "linestyle": "--", "linewidth": 1.3}
    ax.plot([6.2, 6.2, 2.0], [2.27, 2.62, 2.62], **over)
    arrow(ax, (2.0, 2.62), (2.0, 2.27), colour=ODD, line="--")
    ax.text(4.15, 2.68, "moves G only; passes through D, which stays as it is", ha="center", color=ODD, fontsize=9)
    under = {"color": NORMAL, "linestyle": "--", "linewidth": 1.3}
    ax.plot([6.2, 6.2, 4.15], [0.58, 0.32, 0.32], **under)
    arrow(ax, (4.15, 0.32), (4.15, 1.18), colour=NORMAL, line="--")
    ax.text(5.2, 0.12, "moves D only", ha="center", color=NORMAL, fontsize=9)


def forgery_maps(frames, centres=()):
    """Draw moments of a game in the plane, side by side: what D says everywhere, and where G's points lie.

    Parameters
    ----------
    frames : mapping of str to dict
        By title; "grid" holds D at 81 × 81 places from -4 to 4, row by row, "forged" points of shape (n, 2).
    centres : array of shape (n_blobs, 2)
        Of the blobs of real points, drawn as circles of three of their standard deviations.

    Returns
    -------
    Figure

    >>> import numpy as np
    >>> frame = {"grid": np.full(81 * 81, 0.5), "forged": np.zeros((10, 2))}
    >>> fig = forgery_maps({"before": frame, "after": frame}, centres=[(2, 0), (0, 2)])
    >>> [(ax.get_title(), len(ax.patches)) for ax in fig.axes[:2]]
    [('before', 2), ('after', 2)]
    >>> plt.close(fig)
    """
    size = (8.2, 1.5) if len(frames) > 1 else (4.4, 3.6)
    fig, axes = plt.subplots(1, len(frames), figsize=size, sharex=True, sharey=True, squeeze=False)
    for ax, (title, frame) in zip(axes[0], frames.items(), strict=True):
        surface = ax.imshow(np.reshape(frame["grid"], (81, 81)), extent=(-4, 4, -4, 4), origin="lower", **COLOURS)
        for centre in centres:
            ax.add_patch(plt.Circle(centre, BLOB, fill=False, color="black", linewidth=0.6))
        ax.scatter(*frame["forged"][:400].T, s=3, color="black", linewidths=0)
        ax.set(xlim=(-4, 4), ylim=(-4, 4), xticks=[-2, 2], yticks=[-2, 2])
        ax.set_title(title, fontsize=9)
    bar = fig.colorbar(surface, ax=axes, ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["forged", "½", "real"])
    return fig
