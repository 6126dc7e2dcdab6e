"""What people ask about agreements: why a track is seen, what another text would change."""
