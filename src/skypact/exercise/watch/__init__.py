"""What a node showed, kept while it plays."""
