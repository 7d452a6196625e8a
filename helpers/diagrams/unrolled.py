"""How an LSTM encoder and decoder pass a window on. Lesson 08."""

from helpers.diagrams.sketch import INK, arrow, box, sheet
from helpers.plots import NORMAL, PALETTE

__all__ = ["unrolled_autoencoder"]

MIDDLE, EDGE = 1.55, 0.27  # height of the LSTM boxes, half their height
READS, WRITES = (0.55, 1.4, 2.65), (4.75, 5.6, 6.85)
CODE, DECODER = PALETTE[2], PALETTE[5]


def unrolled_autoencoder():
    """Draw the encoder and the decoder step by step, with shapes.

    Returns
    -------
    tuple of Figure and Axes

    >>> import matplotlib.pyplot as plt
    >>> fig, ax = unrolled_autoencoder()
    >>> sum(text.get_text() == "LSTM" for text in ax.texts)
    6
    >>> plt.close(fig)
    """
    fig, ax = sheet(7.4, 2.9)
    _chain(ax, READS, NORMAL, ("$x_1$", "$x_2$", "$x_{60}$"), reads=True)
    _chain(ax, WRITES, DECODER, ("$\\hat{x}_{60}$", "$\\hat{x}_{59}$", "$\\hat{x}_1$"), reads=False)
    box(ax, (3.7, MIDDLE), "code\n$h_{60}$", width=0.7, height=0.8, colour=CODE)
    arrow(ax, (READS[-1] + 0.29, MIDDLE), (3.35, MIDDLE))
    rail = 2.35
    ax.plot([3.7, 3.7, WRITES[-1]], [MIDDLE + 0.4, rail, rail], color=CODE, linewidth=1.2)
    for x in WRITES:
        arrow(ax, (x, rail), (x, MIDDLE + EDGE), colour=CODE)
    words = {
        "encoder, one LSTM layer:\nthe same weights at every step": (1.6, NORMAL, 2.3),
        "decoder: the code comes in at every step": (5.65, DECODER, 2.5),
    }
    for text, (x, colour, y) in words.items():
        ax.text(x, y, text, ha="center", va="bottom", color=colour, fontsize=9)
    shapes = {
        "window\n60 steps × 1 channel": 1.6,
        "32 numbers": 3.7,
        "rebuilt, last point first\n60 steps × 1 channel": 5.8,
    }
    for text, x in shapes.items():
        ax.text(x, 0.08, text, ha="center", va="bottom", color=INK, fontsize=9)
    return fig, ax


def _chain(ax, places, colour, names, reads):
    """Draw three LSTM boxes in a row, with what goes in or comes out below them."""
    for i, (x, name) in enumerate(zip(places, names, strict=True)):
        box(ax, (x, MIDDLE), "LSTM", width=0.58, height=2 * EDGE, colour=colour)
        value, edge = (x, 0.85), (x, MIDDLE - EDGE)
        arrow(ax, *((value, edge) if reads else (edge, value)), colour=colour)
        ax.text(x, 0.82, name, ha="center", va="top", color=INK, fontsize=10)
        if i == 1:
            arrow(ax, (places[0] + 0.29, MIDDLE), (x - 0.29, MIDDLE))
        if i == 2:
            between = (places[1] + x) / 2
            ax.text(between, MIDDLE, "…", ha="center", va="center", color=INK, fontsize=12)
            arrow(ax, (places[1] + 0.29, MIDDLE), (between - 0.12, MIDDLE))
            arrow(ax, (between + 0.12, MIDDLE), (x - 0.29, MIDDLE))
