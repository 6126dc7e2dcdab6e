"""The log of what was shared, which partners can check."""
