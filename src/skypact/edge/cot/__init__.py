"""Cursor on Target clients of this nation: what they are shown, and what they say to each other."""
