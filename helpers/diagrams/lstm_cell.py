"""How an LSTM's state moves from one point to the next. Lesson 06."""

__all__ = ["lstm_cell"]


def lstm_cell():
    """Draw a cell: its memory, its output, its three gates."""
    raise NotImplementedError
