"""The parts of the data and their jobs. Lesson 02."""

from helpers.diagrams.sketch import INK, arrow, box, sheet
from helpers.plots import NORMAL, ODD, PALETTE

__all__ = ["four_parts"]

PARTS = {
    "train": (0.4, "the detector learns\nwhat is normal", NORMAL),
    "validation": (0.1, "recipes are\ncompared", PALETTE[3]),
    "calibration": (0.2, "the limit\nis set", PALETTE[2]),
    "test": (0.3, "everything is judged,\nonce", PALETTE[5]),
}
WIDTH, LEFT = 7.0, 0.25  # of the row of boxes, in inches
ODD_ORDERS = (0.08, 0.21, 0.33, 0.46, 0.55, 0.66, 0.74, 0.79, 0.93)  # where crosses stand, as shares of the row


def four_parts():
    """Draw the four parts as a timeline, each with its job; the odd orders are taken out of the first three.

    Returns
    -------
    Figure

    >>> import matplotlib.pyplot as plt
    >>> figure = four_parts()
    >>> [text.get_text() for text in figure.axes[0].texts][:4]
    ['train', 'validation', 'calibration', 'test']
    >>> plt.close(figure)
    """
    fig, ax = sheet(7.5, 2.6)
    left = LEFT
    for name, (share, _, colour) in PARTS.items():
        width = share * WIDTH
        box(ax, (left + width / 2, 1.4), name, width=width - 0.05, height=0.5, colour=colour)
        left += width
    _jobs(ax)
    _odd_orders(ax)
    arrow(ax, (LEFT, 0.3), (LEFT + WIDTH, 0.3))
    ax.text(LEFT, 0.16, "3 March", ha="left", va="top", color=INK, fontsize=9)
    ax.text(LEFT + WIDTH, 0.16, "31 May", ha="right", va="top", color=INK, fontsize=9)
    return fig


def _jobs(ax):
    left = LEFT
    for share, job, colour in PARTS.values():
        ax.text(left + share * WIDTH / 2, 1.08, job, ha="center", va="top", color=INK, fontsize=9)
        ax.plot([left + 0.03, left + share * WIDTH - 0.03], [0.3, 0.3], color=colour, linewidth=5, alpha=0.5)
        left += share * WIDTH


def _odd_orders(ax):
    """Crosses above the parts that they were taken out of, inside the test part where they stay."""
    for place in ODD_ORDERS:
        x, stays = LEFT + place * WIDTH, place > 0.7
        ax.plot(x, 1.54 if stays else 2.1, marker="x", color=ODD, markersize=6, markeredgewidth=1.5)
        if not stays:
            ax.plot([x, x], [1.7, 2.0], color=ODD, linewidth=0.8, linestyle=":")
    ax.text(LEFT, 2.38, "odd orders, found and taken out", va="center", color=ODD, fontsize=9)
    ax.text(LEFT + WIDTH, 1.78, "odd orders stay", ha="right", va="center", color=ODD, fontsize=9)
