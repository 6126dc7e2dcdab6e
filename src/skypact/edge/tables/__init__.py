"""Tables that people bring and take away: plots, sensors, truth and tracks, as CSV or Parquet."""
