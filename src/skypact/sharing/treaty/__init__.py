"""What nations agreed: the text, its faults, and what it comes to."""
