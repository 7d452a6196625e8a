"""What the report raises when a file or a table cannot be used."""

__all__ = ["UnusableFile"]


class UnusableFile(ValueError):
    """The file (or table) cannot be examined; the message says what is wrong, where, what to do."""
