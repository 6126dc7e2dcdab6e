"""Launches seen from space: what they may reach, and which track came of them."""
