"""Runs of the tracker over something recorded."""
