"""One module an ASTERIX category: what its records say, in our columns."""
