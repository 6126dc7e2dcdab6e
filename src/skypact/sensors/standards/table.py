"""The table of standards whose decoder is a function: one line each."""

from collections.abc import Mapping

from skypact.sensors.standards import base_station
from skypact.sensors.standards.standard import Standard

STANDARDS: Mapping[str, Standard] = {
    "basestation": Standard(base_station.decode),
}
"""By `format` of a feed. Third parties add theirs by the entry point `skypact.sensors`."""
