"""How an autoencoder hands a row through a narrow place. Lesson 04."""

from helpers.diagrams.sketch import INK, arrow, sheet
from helpers.plots import NORMAL, ODD

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import LogLocator

__all__ = ["encoder_decoder", "one_row"]

CELL = 0.15  # inches
MIDDLE = 1.5
ROW, BUILT = 1.0, 5.5  # where the two columns of values stand
ODD_VALUE = 4


def encoder_decoder():
    """Draw a row, the encoder, the code, the decoder and the rebuilt row, one value of it wrong.

    Returns
    -------
    tuple of Figure and Axes

    >>> import matplotlib.pyplot as plt
    >>> fig, ax = encoder_decoder()
    >>> "code" in " ".join(text.get_text() for text in ax.texts)
    True
    >>> plt.close(fig)
    """
    fig, ax = sheet(6.5, 3.0)
    shades = np.random.default_rng(3).uniform(0.1, 0.7, 14)
    _values(ax, ROW, np.where(np.arange(14) == ODD_VALUE, 1.0, shades), marked=True)
    _values(ax, BUILT, shades, marked=True)
    _values(ax, (ROW + BUILT) / 2, [0.6, 0.2, 0.45, 0.3])
    _funnel(ax, 1.45, 2.85, 1.05, 0.35, "encoder\n14 → 32 → 4")
    _funnel(ax, 3.65, 5.05, 0.35, 1.05, "decoder\n4 → 32 → 14")
    for x, name in ((ROW, "row $x$\n14 columns"), ((ROW + BUILT) / 2, "code\n4 numbers"), (BUILT, "rebuilt $F(x)$")):
        ax.text(x, 0.02 if x != (ROW + BUILT) / 2 else 0.72, name, ha="center", va="bottom", color=INK, fontsize=9)
    for start, end in ((1.12, 1.42), (2.87, 3.13), (3.37, 3.63), (5.07, 5.38)):
        arrow(ax, (start, MIDDLE), (end, MIDDLE))
    _compared(ax)
    return fig, ax


def _values(ax, x, shades, marked=False):
    """A column of cells, the darker the larger; one edge is marked."""
    top = MIDDLE + len(shades) * CELL / 2
    for i, shade in enumerate(shades):
        corner = x - CELL / 2, top - (i + 1) * CELL
        ax.add_patch(Rectangle(corner, CELL, CELL, facecolor=NORMAL, alpha=float(shade), edgecolor="none"))
        ax.add_patch(Rectangle(corner, CELL, CELL, fill=False, edgecolor=INK, linewidth=0.5))
    if marked:
        corner = x - CELL / 2, top - (ODD_VALUE + 1) * CELL
        ax.add_patch(Rectangle(corner, CELL, CELL, fill=False, edgecolor=ODD, linewidth=2, zorder=3))


def _funnel(ax, left, right, height_left, height_right, text):
    corners = [(left, MIDDLE - height_left), (left, MIDDLE + height_left)]
    corners += [(right, MIDDLE + height_right), (right, MIDDLE - height_right)]
    ax.add_patch(Polygon(corners, closed=True, facecolor=f"{NORMAL}22", edgecolor=NORMAL))
    ax.text((left + right) / 2, MIDDLE, text, ha="center", va="center", color=INK, fontsize=9)


def _compared(ax):
    """Above all: the two rows are compared, value by value."""
    top = MIDDLE + 7 * CELL + 0.05
    for x in (ROW, BUILT):
        ax.plot([x, x], [top, top + 0.22], color=ODD, linewidth=1.2)
    ax.plot([ROW, BUILT], [top + 0.22] * 2, color=ODD, linewidth=1.2)
    words = "compared value by value: the squared differences are the error"
    ax.text((ROW + BUILT) / 2, top + 0.18, words, ha="center", va="top", color=ODD, fontsize=9)


def one_row(columns, row, rebuilt, error, usual):
    """Draw a row and what a network made of it, and beside them its error column by column.

    Parameters
    ----------
    columns : sequence of str
    row, rebuilt : arrays of shape (n_columns,)
        Scaled.
    error, usual : arrays of shape (n_columns,)
        The row's squared errors, and those of ordinary rows.

    Returns
    -------
    tuple of Figure and pair of Axes

    >>> import matplotlib.pyplot as plt
    >>> fig, (left, right) = one_row(["a", "b"], [0.1, 0.9], [0.1, 0.4], [0.001, 0.25], [0.01, 0.01])
    >>> left.get_title(), right.get_xscale()
    ('The order, rebuilt', 'log')
    >>> plt.close(fig)
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.8), sharey=True)
    left.plot(row, columns, "o", label="the order")
    left.plot(rebuilt, columns, "x", color=ODD, markeredgewidth=2, label="rebuilt")
    right.barh(columns, error, color=NORMAL, alpha=0.6, label="its error")
    right.plot(usual, columns, "k|", markersize=9, markeredgewidth=2, label="usual error")
    left.set(xlabel="value, scaled", title="The order, rebuilt")
    right.set(xscale="log", xlabel="squared error (log scale)", title="Its error, column by column")
    right.set_xlim(min(usual) / 100, max(error) * 3)
    right.xaxis.set_major_locator(LogLocator(base=100))
    left.invert_yaxis()
    fig.legend(loc="outside lower center", ncols=4)
    return fig, (left, right)
