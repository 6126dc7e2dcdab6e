"""A nation's first hour: make a configuration, back the node up, bring it back."""
