"""From a lesson's words to the glossary: the build makes each term's first use in a lesson a link.

The first use is the bold one in the lesson that defines the term, elsewhere the first in the text. Headings, code,
mathematics, links, HTML, a table's first row, the lesson's header and its further reading are left as they are.
"""

import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["EVERYDAY", "PATH", "Entry", "entries", "link_cells", "link_first_uses", "slug"]

PATH = Path(__file__).resolve().parents[1] / "glossary.md"

# Terms that are also words of everyday language: a term only where bold. A link written by hand counts as well.
EVERYDAY = frozenset({"batch", "code", "echo", "gaps", "guard", "handling", "interval", "test", "train"})

ENTRY = re.compile(r'^- <a id="(.+?)"></a>\*\*(.+?)\*\* \(\[(\d\d)\]\((.+?)\)\): ', re.M)
BY_HAND = re.compile(r"\]\(glossary\.md#([^)]+)\)")
NOT_TEXT = re.compile(
    r"""
      \A.*?^\*\*\*$                         # title and header end with the first rule
    | ^\*\*Further\ reading\*\*.*\Z
    | ^```.*?^```$ | `[^`]*`
    | \$\$.*?\$\$ | \$[^$\n]+\$
    | !?\[[^]]*\]\([^)]*\)                  # links and pictures
    | ^\#+\ [^\n]*$
    | ^<details>.*?</details> | <!--.*?--> | </?[a-z][^>\n]*>
    | ^\|[^\n]*\n(?=\|[-| :]+$)             # the row above a table's rule
    | \{\{\w+\}\}
    """,
    re.M | re.S | re.X,
)
BETWEEN_CELLS = "\n\f\n"


class Entry(NamedTuple):
    """A line of the glossary: its anchor, the term, the number of the lesson that defines it and that lesson's file."""

    anchor: str
    term: str
    lesson: str
    file: str


def slug(term: str) -> str:
    """The anchor that GitHub would give a heading of this text.

    >>> slug("Oracle's limit")
    'oracles-limit'
    """
    return re.sub(r"[^\w -]", "", term.lower()).replace(" ", "-")


def entries() -> list[Entry]:
    """The glossary's terms, in its order."""
    return [Entry(*found) for found in ENTRY.findall(PATH.read_text(encoding="utf-8"))]


def singular_or_plural(term: str) -> str:
    """A term as a regular expression."""
    words = re.escape(term.removesuffix("s")).replace(r"\ ", r"\s+")
    return f"{words[:-1]}(?:y|ies)" if term.endswith("y") else f"{words}(?:s|es)?"


def uses(text: str, terms: list[Entry]):
    """Each use of a term in a text: the entry, the place, and whether it is set in bold. The longest term counts."""
    longest_first = sorted(terms, key=lambda entry: -len(entry.term))
    words = "|".join(f"(?P<t{n}>{singular_or_plural(entry.term)})" for n, entry in enumerate(longest_first))
    for match in re.finditer(rf"(?<![\w-])(?:{words})(?![\w-])", text, re.IGNORECASE):
        entry, (start, end) = longest_first[int(match.lastgroup[1:])], match.span()
        bold = text[max(start - 2, 0) : start] == "**" and text.startswith("**", end)
        if bold:
            yield entry, (start - 2, end + 2), bold
        elif entry.term not in EVERYDAY:
            yield entry, (start, end), bold


def first_uses(text: str, lesson: str, terms: list[Entry]) -> dict[Entry, tuple[int, int]]:
    """Where each term is to be linked: its definition if it is this lesson's, or else its first use."""
    found, defined = {}, set()
    for entry, place, bold in uses(text, terms):
        defines = bold and entry.lesson == lesson
        if entry not in found or (defines and entry not in defined):
            found[entry] = place
        if defines:
            defined.add(entry)
    return found


def link_first_uses(text: str, lesson: str, terms: list[Entry]) -> str:
    """A lesson's text with the first use of each term made a link.

    Parameters
    ----------
    text : str
        All Markdown of the lesson.
    lesson : str
        Its number, such as "05".
    terms : list of Entry
        As `entries` reads them.

    Examples
    --------
    >>> terms = [Entry("z-score", "z-score", "01", "01_x.ipynb"), Entry("code", "code", "03", "03_x.ipynb")]
    >>> link_first_uses("In code, z-scores: the **z-score**, a **code**", "01", terms)
    'In code, z-scores: the [**z-score**](glossary.md#z-score), a [**code**](glossary.md#code)'
    """
    by_hand = set(BY_HAND.findall(text))
    visible = NOT_TEXT.sub(lambda match: "\0" * len(match[0]), text)
    missing = [entry for entry in terms if entry.anchor not in by_hand]
    places = first_uses(visible, lesson, missing).items()
    for entry, (start, end) in sorted(places, key=lambda item: -item[1][0]):
        text = f"{text[:start]}[{text[start:end]}](glossary.md#{entry.anchor}){text[end:]}"
    return text


def link_cells(cells: list, lesson: str) -> None:
    """Link the first uses in a lesson's Markdown cells, those that both copies of the lesson hold."""
    shared = [
        cell for cell in cells if cell.cell_type == "markdown" and "solution" not in cell.metadata.get("tags", [])
    ]
    linked = link_first_uses(BETWEEN_CELLS.join(cell.source for cell in shared), lesson, entries())
    for cell, source in zip(shared, linked.split(BETWEEN_CELLS), strict=True):
        cell.source = source
