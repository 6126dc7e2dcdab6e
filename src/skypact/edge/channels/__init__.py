"""Ways to reach people: each takes notices and says how far they have come."""
