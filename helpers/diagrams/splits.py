"""The parts of the data and their jobs. Lesson 02."""

__all__ = ["four_parts"]


def four_parts():
    """Draw the four parts as a timeline, each with its job."""
    raise NotImplementedError
