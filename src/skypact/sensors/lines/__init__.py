"""Lines of text, JSON or CSV: one module a kind of record, `reader.py` for a whole feed."""
