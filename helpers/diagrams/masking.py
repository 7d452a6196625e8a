"""How odd values hide one another. Lesson 01."""

__all__ = ["stretching_ruler"]


def stretching_ruler():
    """Draw one ruler with and one without an odd value among the values that set it."""
    raise NotImplementedError
