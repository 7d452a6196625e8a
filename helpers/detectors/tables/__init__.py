"""Detectors of rows."""
