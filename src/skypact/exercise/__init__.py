"""Hypothetical nights through the production node under a simulated clock."""
