"""How long the core of a lesson takes, counted from its source: the build prints it, a test holds it.

The rates fit what people needed who tried the lessons: 150 words and 5 lines of code a minute, and the kernel's time.
Exercises and *Going further* are not core; *What we learned* and what follows it is.
"""

import math
import re

__all__ = ["core", "core_minutes"]

WORDS, LINES = 150, 5  # a minute
LEAVES = re.compile(r"^## (Exercise|Going further)", re.MULTILINE)
RETURNS = re.compile(r"^## What we learned", re.MULTILINE)


def core(cells) -> tuple[int, int]:
    r"""Words of text and lines of code in the core of a lesson.

    Parameters
    ----------
    cells : list
        A notebook's cells.

    Returns
    -------
    tuple of int
        Words, and lines that are not empty.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_markdown_cell
    >>> cells = [new_markdown_cell("One two."), new_code_cell("x = 1\n\ny = 2"), new_markdown_cell("## Exercise 1")]
    >>> core([*cells, new_code_cell("z = 3"), new_markdown_cell("## What we learned")])
    (6, 2)
    """
    words = lines = 0
    inside = True
    for cell in cells:
        if cell.cell_type != "markdown":
            lines += sum(bool(line.strip()) for line in cell.source.splitlines()) * inside
            continue
        text, leaves = cell.source, LEAVES.search(cell.source)
        inside = inside or bool(RETURNS.search(text))
        words += len((text[: leaves.start()] if leaves else text).split()) * inside
        inside = inside and not leaves
    return words, lines


def core_minutes(cells, kernel_seconds=0.0) -> int:
    """Whole minutes that the core takes to read and to run, rounded up.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell
    >>> core_minutes([new_markdown_cell("word " * 151)])
    2
    """
    words, lines = core(cells)
    return math.ceil(words / WORDS + lines / LINES + kernel_seconds / 60)
