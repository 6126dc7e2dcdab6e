"""Commands of a nation's first hour: a node, its partners, its people."""
