"""Shared code of the anomaly-detection course."""

from helpers import environment

environment.apply()
