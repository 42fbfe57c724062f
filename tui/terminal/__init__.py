"""What the terminal is, and what is sent to it."""
