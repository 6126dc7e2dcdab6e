"""Standards whose decoder is a function: what one is, the table of them, and reading."""
