"""What people order at a console about identities and alerts, and how both are shown."""
