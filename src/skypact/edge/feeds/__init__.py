"""Where sensor bytes enter: UDP, TCP and files."""
