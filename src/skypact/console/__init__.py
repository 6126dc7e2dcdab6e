"""The web console of one node."""
