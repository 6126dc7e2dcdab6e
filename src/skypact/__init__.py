"""Skypact: a shared air picture and warning between nations that trust each other only so far."""

__version__ = "0.1.0"
