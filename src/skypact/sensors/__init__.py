"""Bytes to plots, pure: one module a standard."""
