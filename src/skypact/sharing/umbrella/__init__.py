"""The coordinator's limited role: it leases track numbers and publishes who may what."""
