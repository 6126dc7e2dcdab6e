"""Cursor on Target: events as XML and as TAK Protocol version 1, pure."""
