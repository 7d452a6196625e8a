"""Detectors of images."""
