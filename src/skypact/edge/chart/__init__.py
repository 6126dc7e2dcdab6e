"""Pictures of a run of the tracker, as SVG."""
