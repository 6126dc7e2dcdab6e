"""Who and what plays in a scenario."""
