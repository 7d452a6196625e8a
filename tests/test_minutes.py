"""The core minutes of a lesson are counted as CONTRIBUTING.md says."""

import doctest

import minutes
from nbformat.v4 import new_code_cell, new_markdown_cell


def test_examples():
    result = doctest.testmod(minutes)
    assert result.attempted >= 5 and result.failed == 0


def test_exercises_and_going_further_are_left_out_until_the_end():
    text = new_markdown_cell("word " * 300)
    heading = [new_markdown_cell(f"## {title}") for title in ("Exercise 1", "Going further (optional)")]
    core = [text, new_code_cell("x = 1\n" * 10)]
    assert minutes.core_minutes(core) == 4
    assert minutes.core_minutes([*core, heading[0], text, new_code_cell("y = 1"), heading[1], text]) == 4
    assert minutes.core_minutes([*core, *heading, text, new_markdown_cell("## What we learned\n" + "word " * 296)]) == 6


def test_a_heading_in_the_middle_of_a_cell_ends_the_core_there():
    assert minutes.core([new_markdown_cell("one two\n\n## Exercise 1\n\nthree")]) == (2, 0)


def test_seconds_of_the_kernel_count():
    assert minutes.core_minutes([], 61) == 2
