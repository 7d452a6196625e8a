"""Checks of the exercises (one module a lesson) and of the learner's environment. They need no network."""

from helpers.checks.core import Reply
from helpers.checks.environment import check_environment

__all__ = ["Reply", "check_environment"]
