"""What came of a night: who was warned when, how good the pictures were, what it cost."""
