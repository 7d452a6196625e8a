"""The course's own results: scoreboards, the long tables of data/results, their figures, the decision guide."""

from helpers.results.board import format_scoreboard, scoreboard
from helpers.results.contest import measure
from helpers.results.figures import contest_figure, cost_figure
from helpers.results.guide import guide_figure, guide_table

__all__ = [
    "contest_figure",
    "cost_figure",
    "format_scoreboard",
    "guide_figure",
    "guide_table",
    "measure",
    "scoreboard",
]
