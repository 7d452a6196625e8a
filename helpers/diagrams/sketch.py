"""What all drawings of ideas share: an empty sheet, boxes with words, arrows between them."""

from helpers.plots import NORMAL

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

__all__ = ["INK", "arrow", "box", "sheet"]

INK = "#333333"


def sheet(width: float = 7, height: float = 2.4):
    """Make a figure without axes; one unit is one inch, the origin at the lower left.

    Returns
    -------
    tuple of Figure and Axes

    >>> fig, ax = sheet(7, 2)
    >>> ax.get_xlim() == (0, 7), ax.get_ylim() == (0, 2)
    (True, True)
    >>> plt.close(fig)
    """
    fig, ax = plt.subplots(figsize=(width, height))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return fig, ax


def box(ax, centre, text: str, width: float = 1.2, height: float = 0.5, colour: str = NORMAL, **style) -> tuple:
    """Draw a rounded box with words inside, and return its centre.

    Parameters
    ----------
    ax : Axes
    centre : tuple of float
        In inches.
    text : str
    width, height : float
        In inches.
    colour : str
        Of the edge; the inside is a light tint of it.
    **style
        For the words, such as ``fontsize``.

    Returns
    -------
    tuple of float

    >>> fig, ax = sheet()
    >>> box(ax, (1, 1), "encoder")
    (1, 1)
    >>> plt.close(fig)
    """
    x, y = centre
    corner, rounding = (x - width / 2, y - height / 2), "round,pad=0,rounding_size=0.06"
    ax.add_patch(FancyBboxPatch(corner, width, height, boxstyle=rounding, facecolor=f"{colour}22", edgecolor=colour))
    ax.text(x, y, text, ha="center", va="center", color=INK, **{"fontsize": 9, **style})
    return centre


def arrow(ax, start, end, text: str = "", colour: str = INK, line: str = "-", bend: float = 0.0, lift=0.1) -> None:
    """Draw an arrow, with words above its middle.

    Parameters
    ----------
    ax : Axes
    start, end : tuple of float
        In inches.
    text : str
    colour : str
    line : str
        Its style, such as ``--``.
    bend : float
        How far it bows, as a share of its length; 0 is straight.
    lift : float
        How far above the middle the words stand, in inches.

    >>> fig, ax = sheet()
    >>> arrow(ax, (1, 1), (2, 1), "code")
    >>> ax.texts[-1].get_text()
    'code'
    >>> plt.close(fig)
    """
    shape = {"arrowstyle": "-|>", "color": colour, "linestyle": line, "connectionstyle": f"arc3,rad={bend}"}
    ax.annotate("", xy=end, xytext=start, arrowprops={**shape, "shrinkA": 0, "shrinkB": 0})
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + lift
    ax.text(*middle, text, ha="center", va="bottom", color=colour, fontsize=9)
