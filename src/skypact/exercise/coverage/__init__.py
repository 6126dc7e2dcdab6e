"""Who sees what where, before anything flies."""
