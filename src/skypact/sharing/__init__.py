"""What may leave, to whom, in what detail; and everything that comes from a partner."""
