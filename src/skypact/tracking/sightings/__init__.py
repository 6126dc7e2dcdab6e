"""Sightings of people and cheap sensors: how far they are believed, and what follows from them."""
