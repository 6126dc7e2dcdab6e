"""Common Alerting Protocol 1.2 (OASIS): signed messages in a folder, and an Atom feed of them."""
