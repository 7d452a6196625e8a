"""Detectors of points in time series."""
