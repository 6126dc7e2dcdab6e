"""The picture to warnings."""
