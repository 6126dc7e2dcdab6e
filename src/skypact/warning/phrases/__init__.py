"""What people are told, in their language."""
