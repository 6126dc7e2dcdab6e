"""DIS (IEEE 1278.1): entity states of simulators, in and out. Exercise only. Pure."""
