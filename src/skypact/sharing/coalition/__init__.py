"""Nations that some partners know as "coalition" only."""
