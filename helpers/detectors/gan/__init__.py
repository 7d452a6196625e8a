"""Detectors made of two networks that play against each other, for tables and for images."""
