"""Who sends gradients to whom in a BiGAN. Lesson 10."""

from helpers.diagrams.sketch import INK, arrow, box, sheet
from helpers.plots import ODD, PALETTE

__all__ = ["pairs_and_gradients"]

UP, MIDDLE, DOWN = 2.35, 1.55, 0.75
GREEN = PALETTE[2]


def pairs_and_gradients():
    """Draw generator, encoder, the pairs, the discriminator, and the way of each loss.

    Returns
    -------
    Figure

    >>> import matplotlib.pyplot as plt
    >>> figure = pairs_and_gradients()
    >>> {"E", "G", "D"} <= {text.get_text().split()[0] for text in figure.axes[0].texts if text.get_text()}
    True
    >>> plt.close(figure)
    """
    fig, ax = sheet(7.4, 3.1)
    for height, start, network, pair in (
        (UP, "real image\n$x$", "E  encoder", "$(x,\\ E(x))$"),
        (DOWN, "random code\n$z$", "G  generator", "$(G(z),\\ z)$"),
    ):
        box(ax, (0.65, height), start, width=1.1, height=0.55, colour=INK)
        box(ax, (2.4, height), network, width=1.2, height=0.5)
        box(ax, (4.3, height), pair, width=1.2, height=0.5, colour=INK)
        arrow(ax, (1.2, height), (1.8, height))
        arrow(ax, (3.0, height), (3.7, height))
    box(ax, (6.45, MIDDLE), "D  discriminator\nwhich way did\nthe pair come?", width=1.5, height=0.85, colour=GREEN)
    arrow(ax, (4.9, UP), (5.7, MIDDLE + 0.2))
    arrow(ax, (4.9, DOWN), (5.7, MIDDLE - 0.2))
    _gradient(ax, (6.45, MIDDLE + 0.43), (2.4, UP + 0.25), 0.28)
    _gradient(ax, (6.45, MIDDLE - 0.43), (2.4, DOWN - 0.25), -0.28)
    ax.text(2.4, MIDDLE, "gradients (dashed) tell E and G\nwhat would deceive D", **_WORDS)
    return fig


_WORDS = {"ha": "center", "va": "center", "fontsize": 9, "color": ODD}


def _gradient(ax, start, end, bend):
    arrow(ax, start, end, colour=ODD, line="--", bend=bend)
