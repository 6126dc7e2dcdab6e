"""Calls that speak a warning and take a key as the answer: a small SIP user agent (RFC 3261)."""
