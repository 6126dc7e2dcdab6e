"""Tracks of all nations to one picture."""
