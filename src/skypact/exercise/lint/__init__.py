"""What cannot work in a scenario, found before it is played."""
