"""A course that is played on the real bench: lessons of steps that check what really happened."""
