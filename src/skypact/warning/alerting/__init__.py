"""Who is told of a threat, by which way, and until somebody has understood."""
