"""What tells a nation of threats besides radars."""
