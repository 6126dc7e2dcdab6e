"""What comes in over HTTPS: people with a phone, and senders of text feeds."""
