"""How an LSTM's state moves from one point to the next. Lesson 06."""

from helpers.diagrams.sketch import INK, arrow, box, sheet
from helpers.plots import NORMAL, PALETTE

__all__ = ["lstm_cell"]

MEMORY, BUS, GATES = 2.75, 0.45, 1.15  # heights of the memory's line, of what is read, and of the gates
GREEN, PURPLE = PALETTE[2], PALETTE[5]
FORGET, WRITE, CANDIDATE, SHOW = 1.75, 3.05, 4.25, 5.55  # where the four boxes stand
END = 6.7


def lstm_cell():
    """Draw a cell: its memory, its output, its three gates.

    Returns
    -------
    Figure

    >>> import matplotlib.pyplot as plt
    >>> figure = lstm_cell()
    >>> any("forget" in text.get_text() for text in figure.axes[0].texts)
    True
    >>> plt.close(figure)
    """
    fig, ax = sheet(7.6, 3.35)
    _memory(ax)
    _what_is_read(ax)
    _gates(ax)
    _output(ax)
    return fig


def _memory(ax):
    """The line from the old memory to the new one: something is kept, something is added."""
    sum_x = (WRITE + CANDIDATE) / 2
    ax.text(0.45, MEMORY, "memory\n$c_{t-1}$", ha="center", va="center", color=PURPLE, fontsize=10)
    arrow(ax, (0.9, MEMORY), (FORGET - 0.15, MEMORY), colour=PURPLE)
    _circle(ax, FORGET, MEMORY, "×")
    arrow(ax, (FORGET + 0.15, MEMORY), (sum_x - 0.15, MEMORY), colour=PURPLE, text="what is kept")
    _circle(ax, sum_x, MEMORY, "+")
    arrow(ax, (sum_x + 0.15, MEMORY), (END, MEMORY), colour=PURPLE)
    ax.text(END + 0.12, MEMORY, "memory\n$c_t$", ha="left", va="center", color=PURPLE, fontsize=10)


def _what_is_read(ax):
    ax.text(0.45, BUS, "point $x_t$,\noutput $h_{t-1}$", ha="center", va="center", color=NORMAL, fontsize=10)
    ax.plot([0.98, SHOW], [BUS, BUS], color=NORMAL, linewidth=1.2)
    for x in (FORGET, WRITE, CANDIDATE, SHOW):
        arrow(ax, (x, BUS), (x, GATES - 0.27), colour=NORMAL)


def _gates(ax):
    sum_x, product = (WRITE + CANDIDATE) / 2, 1.98
    box(ax, (FORGET, GATES), "forget\ngate $f$", width=0.95, height=0.54, colour=GREEN)
    box(ax, (WRITE, GATES), "input\ngate $i$", width=0.95, height=0.54, colour=GREEN)
    box(ax, (CANDIDATE, GATES), "candidate\n$g$", width=0.95, height=0.54, colour=NORMAL)
    box(ax, (SHOW, GATES), "output\ngate $o$", width=0.95, height=0.54, colour=GREEN)
    arrow(ax, (FORGET, GATES + 0.27), (FORGET, MEMORY - 0.15), colour=GREEN)
    _circle(ax, sum_x, product, "×")
    arrow(ax, (WRITE + 0.1, GATES + 0.27), (sum_x - 0.13, product - 0.08), colour=GREEN)
    arrow(ax, (CANDIDATE - 0.1, GATES + 0.27), (sum_x + 0.13, product - 0.08), colour=NORMAL)
    arrow(ax, (sum_x, product + 0.15), (sum_x, MEMORY - 0.15))
    ax.text(sum_x + 0.1, (product + MEMORY) / 2, "what is written", ha="left", va="center", color=INK, fontsize=9)


def _output(ax):
    """The memory, bent by tanh, as far as the output gate shows it."""
    height = 1.98
    arrow(ax, (SHOW, MEMORY), (SHOW, height + 0.15), colour=PURPLE)
    ax.text(SHOW + 0.1, (height + MEMORY) / 2, "tanh", ha="left", va="center", color=PURPLE, fontsize=9)
    _circle(ax, SHOW, height, "×")
    arrow(ax, (SHOW, GATES + 0.27), (SHOW, height - 0.15), colour=GREEN)
    arrow(ax, (SHOW + 0.15, height), (END, height))
    ax.text(END + 0.12, height, "output\n$h_t$", ha="left", va="center", color=INK, fontsize=10)


def _circle(ax, x, y, sign):
    ax.text(x, y, sign, ha="center", va="center", color=INK, fontsize=11, zorder=4,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": INK})  # fmt: skip
