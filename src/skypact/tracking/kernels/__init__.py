"""Machine code of the tracker: rows in, rows out."""
