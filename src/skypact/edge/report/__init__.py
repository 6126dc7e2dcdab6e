"""The report of a night: one HTML file with figures drawn here, without scripts."""
