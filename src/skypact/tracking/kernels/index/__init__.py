"""The index of tracks."""
