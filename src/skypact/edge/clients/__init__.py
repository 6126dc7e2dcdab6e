"""Our own clients that the node goes to: a SAPIENT parent, simulators."""
