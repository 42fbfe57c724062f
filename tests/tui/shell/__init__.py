"""What a shell is told."""
