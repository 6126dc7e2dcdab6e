"""Threat evaluation: what tracks are, where they go, what they threaten. Pure and batched."""
