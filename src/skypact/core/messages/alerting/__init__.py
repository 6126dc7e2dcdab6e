"""Alerts and notices: what a procedure tells people, and what they decide."""
