"""SAPIENT (BSI Flex 335 v2.0): bytes to plots, bearings, reports and health, and back. Pure."""
