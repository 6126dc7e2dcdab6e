"""What something was worth: the same nights with and without it."""
