"""Kernels and parts that more than one room uses."""
